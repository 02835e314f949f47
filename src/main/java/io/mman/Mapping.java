package io.mman;

import io.mman.internal.libc.PathBytes;
import io.mman.internal.region.Lifetime;
import io.mman.internal.region.MapRequest;
import io.mman.internal.region.Mapper;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * A request for mapped memory. It is immutable: every method returns a new request, so that a
 * {@code static final Mapping} can be shared by threads. If two calls conflict, the last one wins.
 *
 * {@snippet class="io.mman.examples.Snippets" region="log"}
 *
 * <p><b>Failures.</b> If any step fails, descriptors are closed and mappings removed. A new file
 * appears under its name only after everything else has succeeded: see {@link #create}. A file that
 * existed before is never made shorter: an extension stays, because another process may already
 * have written to the new bytes.
 *
 * <p><b>Truncation.</b> A mapping has no pages past the end of its file. If another process
 * truncates a mapped file, or the disk is full and the file has a hole, an access to such a page
 * raises {@code SIGBUS}. HotSpot turns some of these signals into an {@code InternalError}, late
 * and unreliably once code is compiled; others crash the JVM. Catching the error does not help.
 * These do:
 *
 * <ul>
 *   <li>a region mapped with {@link #surviveBusErrors} replaces such a page by one of zeros, and
 *       counts it;
 *   <li>{@link MappedRegion#read} and {@link MappedRegion#write} copy through the kernel, for which
 *       such a page is an {@link MmanException} with {@code EFAULT};
 *   <li>{@link MappedRegion#populate()} reports such a page beforehand;
 *   <li>{@link #preallocate} and {@link NativeFile#allocate} find out that the disk is full before
 *       a store does;
 *   <li>a file of {@link NativeFile#memory} that was created with {@link MemfdFlag#ALLOW_SEALING}
 *       and sealed with {@link FileSeal#SHRINK} cannot be truncated;
 *   <li>{@link NativeFile#resize} and {@code TRUNCATE_EXISTING} refuse to truncate a file under
 *       live regions of this process.
 * </ul>
 *
 * <p>The page <a href="doc-files/truncation.html">Truncation</a> has more about this, and the page
 * <a href="doc-files/lifetimes.html">Lifetimes</a> explains who ends a region and what that costs.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</a>
 */
public final class Mapping {
  private final MapRequest request;

  private Mapping(MapRequest request) {
    this.request = request;
  }

  /**
   * Requests the file of a path. By default it is mapped shared and for reading. It is opened for
   * writing if the mapping is shared and writable, or if the file is to be created or preallocated.
   *
   * <p>The file is opened for the call and closed again. The region can therefore not grow later,
   * unless it is mapped with {@link #reserve} or {@link #surviveBusErrors}: then it keeps a
   * descriptor until it is closed. When the descriptor is closed, POSIX drops the record locks that
   * this process holds on the file, such as those of {@code FileChannel.lock}.
   *
   * @param path the file, on the default file system
   * @return a request for the whole file
   * @throws java.nio.file.ProviderMismatchException if the path belongs to another file system
   *     provider
   */
  public static Mapping file(Path path) {
    return new Mapping(MapRequest.ofFile(PathBytes.requireDefaultFileSystem(path), null));
  }

  /**
   * Requests an open file. By default it is mapped shared and for reading, even if it is open for
   * writing; use {@link #readWrite} to change that. The file stays open and belongs to the caller,
   * who may close it while the region exists.
   *
   * @param file the file
   * @return a request for the whole file
   */
  public static Mapping file(NativeFile file) {
    return new Mapping(MapRequest.ofFile(null, file.file));
  }

  /**
   * Requests zero-filled memory without a file. By default it is private, and mapped for reading
   * and writing.
   *
   * @param size the size in bytes; 0 gives an empty region
   * @return the request
   * @throws IllegalArgumentException if the size is negative, or too large to be rounded to pages
   */
  public static Mapping anonymous(long size) {
    return new Mapping(MapRequest.anonymous(size));
  }

  /**
   * Requests a shared mapping, {@code MAP_SHARED}: changes are visible to everyone who maps the
   * same file, and reach the file. This is the default for files.
   *
   * @return a new request
   */
  public Mapping shared() {
    return new Mapping(request.shared(true));
  }

  /**
   * Requests a copy-on-write mapping, {@code MAP_PRIVATE}: changes stay in this mapping. This is
   * the default for anonymous memory. The file only needs to be open for reading, whatever the
   * protection.
   *
   * @return a new request; mapping it throws {@code IllegalArgumentException} with {@link
   *     #mirrored}
   */
  public Mapping copyOnWrite() {
    return new Mapping(request.shared(false));
  }

  /**
   * Sets the protection of the pages. The default is {@code READ} for files, and {@code READ_WRITE}
   * for anonymous memory and with {@link #create}.
   *
   * @param p the protection
   * @return a new request
   */
  public Mapping protection(Protection p) {
    return new Mapping(request.protection(p));
  }

  /**
   * Requests pages that can be read and written. This is equivalent to {@code
   * protection(Protection.READ_WRITE)}.
   *
   * @return a new request
   */
  public Mapping readWrite() {
    return protection(Protection.READ_WRITE);
  }

  /**
   * Requests a range of the file. It is required for a device, which has no length. The library
   * knows where a block device ends. For any other device, it faults in the last page, on Linux
   * only, to find out whether that page exists.
   *
   * @param offset the first byte, which need not be a multiple of the page size
   * @param size the size in bytes
   * @return a new request; mapping it throws {@code IllegalArgumentException} if the range reaches
   *     past the end of the file or device
   * @throws IllegalArgumentException if either is negative or too large, or for anonymous memory
   */
  public Mapping range(long offset, long size) {
    return new Mapping(request.range(offset, size));
  }

  /**
   * Requests the file from a byte on, up to its end. It cannot be used for a device, which has no
   * end.
   *
   * @param offset the first byte, which need not be a multiple of the page size
   * @return a new request; mapping it throws {@code IllegalArgumentException} if the offset is past
   *     the end of the file
   * @throws IllegalArgumentException if the offset is negative or too large, or for anonymous
   *     memory
   */
  public Mapping from(long offset) {
    return new Mapping(request.from(offset));
  }

  /**
   * Creates the file if it does not exist, with the permissions 0666 less the umask, and extends it
   * if it is shorter. If the path is a symbolic link to a missing file, the file to which it leads
   * is created. New bytes read as zero; all but the last of them have no disk blocks yet. The new
   * length of the file, and its name in the directory, are not on the medium until {@link
   * NativeFile#sync} has been called for the file and for the directory.
   *
   * <p>A new file gets its name only after it has been mapped. After a failure there is no new
   * file, and no other process has seen one. It never replaces another file: if a file of this name
   * is created by another process at the same time, that file is mapped instead. Until it gets its
   * name, the new file has none ({@code O_TMPFILE}) or, where the platform or the file system lacks
   * this, the name {@code .mman-NUMBER.tmp} in the same directory. If the process is killed, a file
   * of that name may remain. If the file system can neither rename nor link a file without
   * replacing another one, the file is created under its own name and stays there after a failure.
   * On Linux, {@code /proc/PID/maps} shows the pages of a new file as those of a deleted file in
   * the same directory.
   *
   * @param size the minimum length of the file in bytes
   * @return a new request, for {@code READ_WRITE} unless another protection is given
   * @throws IllegalArgumentException if the size is negative or too large, or for anonymous memory
   */
  public Mapping create(long size) {
    return new Mapping(request.create(size));
  }

  /**
   * Allocates the disk blocks of the range before it is mapped, so that a full disk is an {@code
   * ENOSPC} now and not a fault at the first store. See {@link NativeFile#allocate}.
   *
   * @return a new request
   * @throws IllegalArgumentException for anonymous memory
   */
  public Mapping preallocate() {
    return new Mapping(request.preallocate());
  }

  /**
   * Faults all pages in before the region is returned, as {@link MappedRegion#populate()} does.
   *
   * @return a new request
   */
  public Mapping populate() {
    return new Mapping(request.populate());
  }

  /**
   * Requests transparent huge pages: the memory is aligned to them, and advised with {@code
   * MADV_HUGEPAGE} before it is first accessed. Anonymous memory without a reserve is rounded up,
   * so that all of it is eligible. The address of a file's page and its offset in the file agree
   * modulo the huge page size, unless {@link #alignment} rules that out.
   *
   * <p>Nothing fails if the system has huge pages switched off: {@code
   * /sys/kernel/mm/transparent_hugepage/enabled} must contain {@code madvise} or {@code always},
   * and for files in memory {@code shmem_enabled} must contain {@code advise} or more. The fields
   * {@code anonHugePages} and {@code filePmdMapped} of {@link MappedRegion#stats} show how much
   * memory is in huge pages.
   *
   * @return a new request
   */
  public Mapping hugePages() {
    return new Mapping(request.hugePages());
  }

  /**
   * Sets the alignment of the mapping's first page, which is the page that holds the first byte.
   *
   * @param bytes a power of two; a value below the page size has no effect
   * @return a new request
   * @throws IllegalArgumentException if the value is not a power of two
   */
  public Mapping alignment(long bytes) {
    return new Mapping(request.alignment(bytes));
  }

  /**
   * Reserves address space to grow in, which takes neither memory nor disk space. {@link
   * MappedRegion#resize} up to that size never moves the region and revokes no view. A region of a
   * path keeps a descriptor of its own, with which it grows, until it is closed.
   *
   * {@snippet class="io.mman.examples.Snippets" region="grow"}
   *
   * @param maxSize the size in bytes up to which the region may grow
   * @return a new request; mapping it throws {@code IllegalArgumentException} if the region is
   *     larger from the start, with {@code HUGETLB}, or with {@link #mirrored}
   * @throws IllegalArgumentException if the size is negative or too large
   */
  public Mapping reserve(long maxSize) {
    return new Mapping(request.reserve(maxSize));
  }

  /**
   * Requests an inaccessible page on either side of the region, so that native code that overruns
   * the region faults before it overwrites anything else.
   *
   * @return a new request
   */
  public Mapping guardPages() {
    return new Mapping(request.guardPages());
  }

  /**
   * Requests a region that maps the file, or the requested range of it, twice in a row. If the
   * range has {@code n} bytes, {@link MappedRegion#size} is {@code 2 * n}, and the bytes at the
   * offsets {@code i} and {@code i + n} of the region are the same byte of the file. A record that
   * wraps around the end of a ring buffer can therefore be read and written as contiguous memory.
   *
   * {@snippet class="io.mman.examples.Snippets" region="mirror"}
   *
   * <p>The file must be a regular file, a file of {@link NativeFile#memory} or a {@linkplain
   * NativeFile#sharedMemory shared memory object}. The mapping is always shared. The offset and the
   * size of the range, or the length of the file if no range is requested, must be multiples of the
   * page size: the huge page size if the file consists of explicit huge pages, otherwise {@link
   * Mman#pageSize}. {@link #create} extends a shorter file first, and {@link #preallocate}
   * allocates {@code n} bytes. {@link #alignment} applies to the first half, and {@link
   * #guardPages} surround both halves. With {@link #hugePages}, the second half can have huge pages
   * only if {@code n} is a multiple of their size.
   *
   * <p>Methods of {@link MappedRegion} without a range act on both halves. A range denotes exactly
   * the bytes that it contains, and may extend from one half into the other. The kernel maps a page
   * of one half and the same page of the other half separately: {@code advise}, {@code lock} and
   * {@code populate} on one need not affect the other, and {@code residency}, {@code stats} and the
   * limit of locked memory count both. The region cannot be {@linkplain MappedRegion#resize
   * resized}, {@linkplain MappedRegion#extend extended}, {@linkplain MappedRegion#split split},
   * {@linkplain MappedRegion#join joined} or {@linkplain MappedRegion#seal sealed}.
   *
   * <p>With {@link #surviveBusErrors}, each half loses its pages independently. While a page is
   * lost in one half, its bytes may differ from those of the same page in the other half. {@link
   * MappedRegion#restore} restores both halves.
   *
   * @return a new request. Mapping it throws {@code IllegalArgumentException} if {@link
   *     #copyOnWrite} or {@link #reserve} is also requested, if the range is empty or does not
   *     consist of whole pages, if twice its size is too large, or if the file is a device. In
   *     these cases, nothing is mapped and the file is not extended
   * @throws IllegalArgumentException if this is a request for a path or for anonymous memory; only
   *     an open file ({@link NativeFile}) can be mirrored
   */
  public Mapping mirrored() {
    return new Mapping(request.mirrored());
  }

  /**
   * Requests a region that survives bus errors. If the kernel cannot provide a page, then a load or
   * a store through a view, or by native code, finds a page of zeros and continues. This happens if
   * another process has truncated the file, if a hole of the file needs a block while the disk is
   * full, or if the medium cannot be read. The page of zeros is private to this process. {@link
   * MappedRegion#lostPages} counts such pages, {@link MappedRegion#requireIntact} reports them, and
   * {@link MappedRegion#restore} maps the file over them again once it has these pages. Without
   * this request, the same access may end the JVM.
   *
   * {@snippet class="io.mman.examples.Snippets" region="survive"}
   *
   * <p>The first such mapping installs a handler of {@code SIGBUS}, which consists of a few hundred
   * bytes of machine code. It handles only missing pages ({@code BUS_ADRERR}) of these regions, and
   * passes every other signal to the handler that it has replaced. If another library installs its
   * own handler later, the next such mapping installs one more in front of that. If the system
   * property {@code io.mman.busErrors} is {@code deny}, no region can be mapped in this way; {@link
   * Mman#survivesBusErrors} returns whether it is possible. <a
   * href="doc-files/truncation.html">Truncation</a> describes what is lost, what it costs, and
   * which bus errors are not survived.
   *
   * <p>The region keeps a descriptor of its file until it is unmapped. On local file systems,
   * regions that were mapped from paths share one descriptor for each file and access mode. The
   * descriptor of a {@link NativeFile} stays open for the region after the {@code NativeFile} is
   * closed. The region cannot be {@linkplain MappedRegion#seal sealed}.
   *
   * @return a new request; mapping it throws {@code UnsupportedOperationException} with the reason
   *     if bus errors cannot be survived
   * @throws IllegalArgumentException for anonymous memory
   */
  public Mapping surviveBusErrors() {
    return new Mapping(request.surviveBusErrors());
  }

  /**
   * Names anonymous memory in {@code /proc/PID/maps}. It has no effect for files, nor on a kernel
   * that cannot name memory (Linux can since 5.17, if it is configured to).
   *
   * @param name at most 79 printable ASCII characters, none of them one of {@code [ ] \ $ `}
   * @return a new request
   * @throws IllegalArgumentException for any other name
   */
  public Mapping name(String name) {
    return new Mapping(request.name(name));
  }

  /**
   * Adds flags of mmap(2). {@code SYNC} implies {@code SHARED_VALIDATE}; {@code DROPPABLE} replaces
   * {@code SHARED} and {@code PRIVATE}.
   *
   * @param more the flags to add
   * @return a new request; mapping it throws {@code IllegalArgumentException} if two flags
   *     contradict each other
   * @throws IllegalArgumentException for {@code SHARED PRIVATE ANONYMOUS}, which are chosen by
   *     other methods
   * @throws IllegalArgumentException for {@code FIXED FIXED_NOREPLACE GROWSDOWN EXCL GUARD}, which
   *     could map over other memory, such as the JVM's heap, or make a readable page inaccessible
   */
  public Mapping flags(MapFlag... more) {
    return new Mapping(request.flags(more));
  }

  /**
   * Adds advice that is given right after mapping, in the order in which it was added.
   *
   * @param advice the advice, as for {@link MappedRegion#advise(Advice)}
   * @return a new request
   * @throws IllegalArgumentException for {@code GUARD_INSTALL}
   */
  public Mapping advise(Advice... advice) {
    return new Mapping(request.advise(advice));
  }

  /**
   * Maps for as long as an arena is alive; any arena may be used. The region borrows the lifetime
   * and the threads of the arena and needs no arena of its own. Its protection may be widened but
   * not narrowed.
   *
   * <p>The region need not be closed. Eclipse and IntelliJ IDEA nevertheless warn of a resource
   * that is never closed, because {@link MappedRegion} is {@link AutoCloseable}. Either suppress
   * the warning with {@code @SuppressWarnings("resource")}, or declare the region in the
   * try-with-resources statement of its arena: closing it there does no harm.
   *
   * @param arena the arena, which unmaps the region when it is closed
   * @return the region
   * @throws IllegalArgumentException if the request contradicts itself
   * @throws IllegalArgumentException if the range reaches past the end of the file or device
   * @throws IllegalArgumentException if the file is a device and no range is given
   * @throws IllegalStateException if the arena or the file is closed
   * @throws WrongThreadException if the arena is confined to another thread
   * @throws MmanException if a system call fails; {@link MmanException#call} returns which one
   * @throws UnsupportedOperationException if the platform lacks a function or flag that is needed
   * @throws UnsupportedOperationException if the region is to survive bus errors and cannot
   * @throws UnsupportedOperationException for explicit huge pages of the default size if {@code
   *     /proc/meminfo} cannot be read
   * @throws IllegalCallerException if native access is denied
   */
  public MappedRegion map(Arena arena) {
    return new MappedRegion(Mapper.map(request, lifetime(arena)));
  }

  /**
   * Maps until the region is closed, for use by the calling thread only. This lifetime is the
   * cheapest.
   *
   * @return the region
   * @throws IllegalArgumentException if the request contradicts itself
   * @throws IllegalArgumentException if the range reaches past the end of the file or device
   * @throws IllegalArgumentException if the file is a device and no range is given
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if a system call fails; {@link MmanException#call} returns which one
   * @throws UnsupportedOperationException if the platform lacks a function or flag that is needed
   * @throws UnsupportedOperationException if the region is to survive bus errors and cannot
   * @throws UnsupportedOperationException for explicit huge pages of the default size if {@code
   *     /proc/meminfo} cannot be read
   * @throws IllegalCallerException if native access is denied
   */
  public MappedRegion mapConfined() {
    return new MappedRegion(Mapper.map(request, Lifetime.CONFINED));
  }

  /**
   * Maps until the region is closed, for use by all threads. Closing the region costs a handshake
   * with every thread of the JVM, which takes tens of microseconds, or milliseconds if there are
   * hundreds of threads.
   *
   * @return the region
   * @throws IllegalArgumentException if the request contradicts itself
   * @throws IllegalArgumentException if the range reaches past the end of the file or device
   * @throws IllegalArgumentException if the file is a device and no range is given
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if a system call fails; {@link MmanException#call} returns which one
   * @throws UnsupportedOperationException if the platform lacks a function or flag that is needed
   * @throws UnsupportedOperationException if the region is to survive bus errors and cannot
   * @throws UnsupportedOperationException for explicit huge pages of the default size if {@code
   *     /proc/meminfo} cannot be read
   * @throws IllegalCallerException if native access is denied
   */
  public MappedRegion mapShared() {
    return new MappedRegion(Mapper.map(request, Lifetime.SHARED));
  }

  private static Lifetime lifetime(Arena arena) {
    return arena instanceof RegionGroup group ? Lifetime.of(group.group) : Lifetime.of(arena);
  }

  /**
   * Returns a description of the request.
   *
   * @return what is mapped and how
   */
  @Override
  public String toString() {
    return request.toString();
  }
}
