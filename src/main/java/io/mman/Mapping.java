package io.mman;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Objects;

/**
 * A request for mapped memory, immutable: every method returns a new one, so that a {@code static
 * final Mapping} can be shared by threads. Where two requests contradict each other, the last word
 * wins.
 *
 * {@snippet class="io.mman.examples.Snippets" region="log"}
 *
 * <p><b>Failures.</b> Whatever step fails, descriptors and mappings made on the way are gone, a
 * file created on the way is removed, and one extended on the way is cut back.
 *
 * <p><b>Truncation.</b> A mapping has no pages behind the end of its file. When someone else cuts a
 * file that is mapped, or the disk is full behind a hole in it, touching such a page is a {@code
 * SIGBUS}. HotSpot turns some of these into an {@code InternalError}, late and unreliably once code
 * is compiled; others kill the JVM. Catching it is no remedy. These are:
 *
 * <ul>
 *   <li><a href="MappedRegion.html#read(long,java.lang.foreign.MemorySegment)">{@code
 *       MappedRegion.read}</a> and <a
 *       href="MappedRegion.html#write(long,java.lang.foreign.MemorySegment)">{@code write}</a> copy
 *       through the kernel, where such a page is an {@link MmanException} with {@code EFAULT};
 *   <li><a href="MappedRegion.html#populate()">{@code MappedRegion.populate}</a> tells the same
 *       beforehand;
 *   <li>{@link #preallocate} and {@link NativeFile#allocate} find the disk full before a store
 *       does;
 *   <li>a file of {@link NativeFile#memory}, created with {@link MemfdFlag#ALLOW_SEALING} and
 *       sealed with {@link FileSeal#SHRINK}, cannot be cut;
 *   <li>{@link NativeFile#resize} refuses to cut a file under regions mapped through it.
 * </ul>
 *
 * <p>More of this in <a href="doc-files/truncation.html">Truncation</a>; who ends a region, and
 * what that costs, in <a href="doc-files/lifetimes.html">Lifetimes</a>.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</a>
 */
public final class Mapping {
  private final MapRequest request;

  private Mapping(MapRequest request) {
    this.request = request;
  }

  /**
   * Maps the file of a path, shared and for reading unless told otherwise. The file is opened for
   * the call and closed again, so that the region cannot grow later; and closing it drops the
   * record locks that this process has on the file, such as those of {@code FileChannel.lock}
   * (POSIX). It is opened for writing where the mapping is shared and writable, or the file is to
   * be created or preallocated.
   *
   * @param path the file, on the default file system
   * @return a request for the whole file
   * @throws java.nio.file.ProviderMismatchException if the path is of another file system provider
   */
  public static Mapping file(Path path) {
    return new Mapping(new MapRequest(PathBytes.requireDefaultFileSystem(path), null));
  }

  /**
   * Maps an open file, shared and for reading unless told otherwise, even where it is open for
   * writing: {@link #protection}. It stays open and the caller's; it may be closed while the region
   * lives on.
   *
   * @param file the file
   * @return a request for the whole file
   */
  public static Mapping file(NativeFile file) {
    return new Mapping(new MapRequest(null, Objects.requireNonNull(file)));
  }

  /**
   * Maps memory without a file, zero-filled, private and for reading and writing unless told
   * otherwise.
   *
   * @param size bytes; 0 gives an empty region
   * @return the request
   * @throws IllegalArgumentException if the size is negative, or too large to be rounded to pages
   */
  public static Mapping anonymous(long size) {
    MapRequest request = new MapRequest(null, null);
    request.length = PageRange.requireSize("size", size);
    return new Mapping(request);
  }

  /**
   * Changes are seen by all who map the same file, and reach it: {@code MAP_SHARED}. The default
   * for files.
   *
   * @return a new request
   */
  public Mapping shared() {
    MapRequest next = new MapRequest(request);
    next.shared = true;
    return new Mapping(next);
  }

  /**
   * Changes stay in this mapping: {@code MAP_PRIVATE}. The default for anonymous memory. A file
   * needs to be open for reading only, whatever the protection.
   *
   * @return a new request
   */
  public Mapping copyOnWrite() {
    MapRequest next = new MapRequest(request);
    next.shared = false;
    return new Mapping(next);
  }

  /**
   * Sets what may be done with the pages. The default is {@code READ} for files, {@code READ_WRITE}
   * for anonymous memory and with {@link #create}.
   *
   * @param p the rights
   * @return a new request
   */
  public Mapping protection(Protection p) {
    MapRequest next = new MapRequest(request);
    next.protection = Objects.requireNonNull(p);
    return new Mapping(next);
  }

  /**
   * Maps a range of the file. A device, which has no length, needs one.
   *
   * @param offset first byte, any
   * @param size bytes, any number
   * @return a new request
   * @throws IllegalArgumentException if either is negative or too large, or for anonymous memory;
   *     on mapping, if the range reaches past the end of the file
   */
  public Mapping range(long offset, long size) {
    MapRequest next = forFile("range");
    PageRange.requireSize("offset", offset);
    PageRange.requireSize("size", size);
    PageRange.requireSize("offset + size", offset + size);
    next.offset = offset;
    next.length = size;
    return new Mapping(next);
  }

  /**
   * Maps the file from some byte to its end. Not for a device, which has none.
   *
   * @param offset first byte, any
   * @return a new request
   * @throws IllegalArgumentException if the offset is negative, or for anonymous memory; on
   *     mapping, if it is past the end of the file
   */
  public Mapping from(long offset) {
    MapRequest next = forFile("from");
    next.offset = PageRange.requireSize("offset", offset);
    next.length = MapRequest.TO_THE_END;
    return new Mapping(next);
  }

  /**
   * Creates the file if it is absent, with 0666 less the umask, and extends it where it is shorter.
   * New bytes read as zero; all but the last of them have no disk blocks yet. Neither the file's
   * new length nor its name in the folder are on the medium before {@link NativeFile#sync} of the
   * file and of the folder.
   *
   * @param size length that the file shall have at least, in bytes
   * @return a new request, {@code READ_WRITE} unless another protection is given
   * @throws IllegalArgumentException if the size is negative or too large, or for anonymous memory
   */
  public Mapping create(long size) {
    MapRequest next = forFile("create");
    next.createSize = PageRange.requireSize("size", size);
    return new Mapping(next);
  }

  /**
   * Gives the range its disk blocks before it is mapped, so that a full disk is an {@code ENOSPC}
   * now and not a fault at the first store. See {@link NativeFile#allocate}.
   *
   * @return a new request
   * @throws IllegalArgumentException for anonymous memory
   */
  public Mapping preallocate() {
    MapRequest next = forFile("preallocate");
    next.preallocate = true;
    return new Mapping(next);
  }

  /**
   * Faults every page in before the region is handed out, as <a
   * href="MappedRegion.html#populate()">{@code MappedRegion.populate}</a> does.
   *
   * @return a new request
   */
  public Mapping populate() {
    MapRequest next = new MapRequest(request);
    next.populate = true;
    return new Mapping(next);
  }

  /**
   * Asks for transparent huge pages: the memory is aligned to them and advised ({@code
   * MADV_HUGEPAGE}) before anything touches it. Anonymous memory without a reserve is rounded up,
   * so that all of it is eligible; a file's pages lie in memory as they lie in huge pages of the
   * file, unless {@link #alignment} rules that out. Where the system has them off, nothing fails:
   * {@code /sys/kernel/mm/transparent_hugepage/enabled} must say {@code madvise} or {@code always},
   * {@code shmem_enabled} beside it {@code advise} or more for files in memory. {@link
   * MappedRegion#stats} tells how many came: {@code anonHugePages}, {@code filePmdMapped}.
   *
   * @return a new request
   */
  public Mapping hugePages() {
    MapRequest next = new MapRequest(request);
    next.hugePages = true;
    return new Mapping(next);
  }

  /**
   * Aligns the mapping's first page, which is the one that holds the first byte.
   *
   * @param bytes a power of two; less than a page changes nothing
   * @return a new request
   * @throws IllegalArgumentException if it is no power of two
   */
  public Mapping alignment(long bytes) {
    if (bytes <= 0 || Long.bitCount(bytes) != 1) {
      throw new IllegalArgumentException("not a power of two: " + bytes);
    }
    MapRequest next = new MapRequest(request);
    next.alignment = bytes;
    return new Mapping(next);
  }

  /**
   * Reserves address space to grow in, which takes neither memory nor disk: {@link
   * MappedRegion#resize} up to that size never moves the region and revokes no view.
   *
   * {@snippet class="io.mman.examples.Snippets" region="grow"}
   *
   * @param maxSize bytes that the region may have in the end
   * @return a new request
   * @throws IllegalArgumentException if the size is negative or too large; on mapping, if it is
   *     less than the region has from the start, or with {@code HUGETLB}
   */
  public Mapping reserve(long maxSize) {
    MapRequest next = new MapRequest(request);
    next.reserve = PageRange.requireSize("reserve", maxSize);
    return new Mapping(next);
  }

  /**
   * Puts an inaccessible page on either side, so that native code that overruns the region faults
   * before it writes over something else.
   *
   * @return a new request
   */
  public Mapping guardPages() {
    MapRequest next = new MapRequest(request);
    next.guardPages = true;
    return new Mapping(next);
  }

  /**
   * Names anonymous memory in {@code /proc/PID/maps}, where the kernel can (Linux 5.17, if so
   * configured); elsewhere, and for files, it changes nothing.
   *
   * @param name at most 79 printable ASCII characters, none of them one of {@code [ ] \\ $ `}
   * @return a new request
   * @throws IllegalArgumentException for any other name
   */
  public Mapping name(String name) {
    MapRequest next = new MapRequest(request);
    next.name = AreaNames.require(name);
    return new Mapping(next);
  }

  /**
   * Adds flags of mmap(2). {@code SYNC} brings {@code SHARED_VALIDATE} with it; {@code DROPPABLE}
   * stands for the sharing.
   *
   * @param more flags
   * @return a new request
   * @throws IllegalArgumentException for {@code SHARED PRIVATE ANONYMOUS}, which other methods
   *     choose, and for {@code FIXED FIXED_NOREPLACE GROWSDOWN EXCL GUARD}, which place or guard
   *     the mapping: over the JVM's own heap, if it comes to that. On mapping, if two flags
   *     contradict each other
   */
  public Mapping flags(MapFlag... more) {
    MapRequest next = new MapRequest(request);
    for (MapFlag flag : more) {
      next.addFlag(flag);
    }
    return new Mapping(next);
  }

  /**
   * Gives advice right after mapping, in order; further calls add to it.
   *
   * @param advice what to do, as by <a href="MappedRegion.html#advise(io.mman.Advice)">{@code
   *     MappedRegion.advise}</a>
   * @return a new request
   * @throws IllegalArgumentException for {@code GUARD_INSTALL}
   */
  public Mapping advise(Advice... advice) {
    MapRequest next = new MapRequest(request);
    for (Advice one : advice) {
      RegionCalls.requireHarmless(one);
    }
    Collections.addAll(next.advice, advice);
    return new Mapping(next);
  }

  /**
   * Maps for as long as an arena lives; any arena will do. The region borrows the arena's lifetime
   * and threads: it costs no arena of its own, and may get more rights but not fewer. It must not
   * stand in a try-with-resources of its own, since only the arena can close it.
   *
   * @param arena the arena, the closing of which unmaps the region
   * @return the region
   * @throws IllegalArgumentException if the request contradicts itself, reaches past the end of the
   *     file, or has no range for a device
   * @throws IllegalStateException if the arena or the file is closed
   * @throws WrongThreadException if the arena is confined to another thread
   * @throws MmanException if a system call fails; {@link MmanException#call} says which
   * @throws UnsupportedOperationException if the platform lacks something that is asked for
   * @throws IllegalCallerException if native access is denied
   */
  public MappedRegion map(Arena arena) {
    return Mapper.map(request, Lifetime.of(Objects.requireNonNull(arena)));
  }

  /**
   * Maps until the region is closed, for the thread that calls this. The cheapest lifetime.
   *
   * @return the region
   * @throws IllegalArgumentException as {@link #map}
   * @throws MmanException as {@link #map}
   */
  public MappedRegion mapConfined() {
    return Mapper.map(request, Lifetime.CONFINED);
  }

  /**
   * Maps until the region is closed, for all threads. Closing it costs a hand-shake with every
   * thread of the JVM: tens of microseconds, milliseconds with hundreds of threads.
   *
   * @return the region
   * @throws IllegalArgumentException as {@link #map}
   * @throws MmanException as {@link #map}
   */
  public MappedRegion mapShared() {
    return Mapper.map(request, Lifetime.SHARED);
  }

  private MapRequest forFile(String what) {
    if (request.isAnonymous()) {
      throw new IllegalArgumentException(what + " is for files, not for anonymous memory");
    }
    return new MapRequest(request);
  }
}
