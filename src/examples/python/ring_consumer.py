#!/usr/bin/env python3
"""Reads the messages that a JVM writes to a RingBuffer. Uses only the standard library.

usage: ring_consumer.py SOCKET COUNT

The script receives the memory over the socket, maps it, and prints the number of messages and the
sum of the numbers in them. It polls for messages every millisecond instead of waiting
on a futex, and does not use the locks. RingBuffer.java describes the layout of the memory.
"""

import mmap
import os
import socket
import sys
import time

CONSUMER_POSITION, PRODUCER_POSITION = 0, 512
CONSUMER_STATE, PRODUCER_SLEEPS, PRODUCER_STATE = 256, 640, 768
ENDED = 2


def take(path):
    """Returns a descriptor that the process listening at a path sends to its next client."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(path)
        _, descriptors, _, _ = socket.recv_fds(client, 1, 1)
        return descriptors[0]


class Ring:
    def __init__(self, descriptor):
        self.memory = mmap.mmap(descriptor, os.fstat(descriptor).st_size)
        self.longs = memoryview(self.memory).cast("q")
        self.ints = memoryview(self.memory).cast("i")
        self.start = mmap.PAGESIZE
        self.capacity = len(self.memory) - self.start

    def read(self, position, size):
        """Returns bytes of the ring, which may wrap around: the ring is mapped only once here."""
        first = self.start + position % self.capacity
        head = self.memory[first : min(first + size, len(self.memory))]
        return head + self.memory[self.start : self.start + size - len(head)]

    def messages(self):
        """Yields the messages until the producer has ended."""
        position = self.longs[CONSUMER_POSITION // 8]
        while True:
            ended = self.ints[PRODUCER_STATE // 4] >= ENDED  # or its process has died
            written = self.longs[PRODUCER_POSITION // 8]
            while position < written:
                size = int.from_bytes(self.read(position, 4), sys.byteorder)
                message = self.read(position + 4, size)
                position += (4 + size + 7) & -8
                self.longs[CONSUMER_POSITION // 8] = position
                yield message
            if ended:
                return
            self.ints[PRODUCER_SLEEPS // 4] = 0  # the producer notices this within 0.1 s
            time.sleep(0.001)


def main():
    ring = Ring(take(sys.argv[1]))
    count, total = 0, 0
    for message in ring.messages():
        count, total = count + 1, total + int.from_bytes(message[:8], sys.byteorder)
        if count == int(sys.argv[2]):
            break
    ring.ints[CONSUMER_STATE // 4] = ENDED
    print(f"{count} messages, the sum is {total}")


main()
