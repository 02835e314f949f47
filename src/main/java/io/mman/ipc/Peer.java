package io.mman.ipc;

/**
 * The credentials of a client of a {@link Handover}, as the kernel recorded them when the client
 * connected. The client cannot forge them. It may have ended since, however, and its process ID may
 * have been reused.
 *
 * @param pid the process ID in the PID namespace of the current process; 0 if the client has none
 *     in this namespace
 * @param uid the effective user ID in the user namespace of the current process, an unsigned
 *     integer; the overflow ID, by default 65534, if the client's user has none in this namespace
 * @param gid the effective group ID in the user namespace of the current process, an unsigned
 *     integer; the overflow ID, by default 65534, if the client's group has none in this namespace
 * @see <a href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7), SO_PEERCRED</a>
 */
public record Peer(long pid, int uid, int gid) {}
