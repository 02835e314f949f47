package io.mman.ipc;

/**
 * The process at the other end of a connection, as the kernel saw it when it connected. It cannot
 * lie about these numbers, but it may have ended meanwhile, and its number may belong to another
 * process.
 *
 * @param pid the number of the process in the PID namespace of this one; 0 if it has none there
 * @param uid the number of its effective user in the user namespace of this process, an unsigned
 *     integer; 65534 if it has none there
 * @param gid the number of its effective group, likewise
 */
public record Peer(long pid, int uid, int gid) {}
