# Listens at a path, and gives something to each of some clients: giver.py PATH WHAT [CLIENTS]
import array, fcntl, os, socket, sys

path, what = sys.argv[1:3]
clients = int(sys.argv[3]) if len(sys.argv) > 3 else 1
F_ADD_SEALS, SEAL_SHRINK, SEAL_GROW = 1033, 2, 4


def memory(seals):
    fd = os.memfd_create("python", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
    os.write(fd, b"from python")
    os.ftruncate(fd, 4096)
    if seals:
        fcntl.fcntl(fd, F_ADD_SEALS, seals)
    return fd


def rights(*fds):
    return (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))


def give(s):
    sealed = memory(SEAL_SHRINK | SEAL_GROW)
    if what == "sealed":
        socket.send_fds(s, [b"x"], [sealed])
    elif what == "unsealed":
        socket.send_fds(s, [b"x"], [memory(0)])
    elif what == "grow":
        socket.send_fds(s, [b"x"], [memory(SEAL_GROW)])
    elif what == "long":
        socket.send_fds(s, [b"more ", b"bytes"], [sealed])
    elif what == "credentials":
        ucred = array.array("i", [os.getpid(), os.getuid(), os.getgid()])
        s.sendmsg([b"x"], [(socket.SOL_SOCKET, 2, ucred), rights(sealed)])
    elif what == "device":
        socket.send_fds(s, [b"x"], [os.open("/dev/zero", os.O_RDWR)])
    elif what == "none":
        s.send(b"x")
    elif what == "late":
        s.send(b"x")
        try:
            socket.send_fds(s, [b"x"], [sealed])
        except (BrokenPipeError, ConnectionResetError):
            pass  # the taker has already refused the first message
    elif what == "two":
        socket.send_fds(s, [b"x"], [sealed, sealed])
    elif what == "twice":
        s.sendmsg([b"x"], [rights(sealed), rights(memory(0))])
    elif what == "many":
        socket.send_fds(s, [b"x"], [sealed] * 253)
    elif what == "pipe":
        socket.send_fds(s, [b"x"], [os.pipe()[0]])
    elif what == "socket":
        socket.send_fds(s, [b"x"], [socket.socket(socket.AF_UNIX).detach()])
    elif what == "directory":
        socket.send_fds(s, [b"x"], [os.open("/", os.O_RDONLY)])
    elif what == "eventfd":
        socket.send_fds(s, [b"x"], [os.eventfd(0)])
    elif what == "path":
        socket.send_fds(s, [b"x"], [os.open("/dev/null", os.O_PATH)])
    elif what == "urgent":
        s.sendmsg([b"x"], [rights(sealed)], socket.MSG_OOB)
        sys.stdin.read()
    elif what == "silence":
        sys.stdin.read()
    else:
        assert what == "nothing"


listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
print("listening", flush=True)
for i in range(clients):
    client, address = listener.accept()
    give(client)
    client.close()
sys.stdin.read()  # the JVM closes the pipes of a process when that ends
