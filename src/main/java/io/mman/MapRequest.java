package io.mman;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Mapping} asks for. Its fields are written only while a new mapping is put together,
 * before anyone else can see them.
 */
final class MapRequest {
  /** The length of a range that ends where the file ends. */
  static final long TO_THE_END = -1;

  /** No wish: not to create, not to reserve. */
  static final long NONE = -1;

  final @Nullable Path path;
  final @Nullable NativeFile file;
  boolean shared;
  @Nullable Protection protection;
  long offset;
  long length = TO_THE_END;
  long createSize = NONE;
  boolean preallocate;
  boolean populate;
  boolean hugePages;
  boolean guardPages;
  long alignment = 1;
  long reserve = NONE;
  @Nullable String name;
  final Set<MapFlag> flags;
  final List<Advice> advice;

  /** What {@link #mapFlags} has put together, since a request is mapped again and again. */
  private @Nullable Set<MapFlag> allFlags;

  /** A request for a file, or for anonymous memory where neither path nor file is given. */
  MapRequest(@Nullable Path path, @Nullable NativeFile file) {
    this.path = path;
    this.file = file;
    this.shared = path != null || file != null;
    this.flags = EnumSet.noneOf(MapFlag.class);
    this.advice = new ArrayList<>();
  }

  MapRequest(MapRequest other) {
    path = other.path;
    file = other.file;
    shared = other.shared;
    protection = other.protection;
    offset = other.offset;
    length = other.length;
    createSize = other.createSize;
    preallocate = other.preallocate;
    populate = other.populate;
    hugePages = other.hugePages;
    guardPages = other.guardPages;
    alignment = other.alignment;
    reserve = other.reserve;
    name = other.name;
    flags = EnumSet.copyOf(other.flags);
    advice = new ArrayList<>(other.advice);
  }

  /**
   * Adds a flag.
   *
   * @throws IllegalArgumentException if it is not one that a request may add
   */
  void addFlag(MapFlag flag) {
    switch (flag) {
      case SHARED, PRIVATE, ANONYMOUS ->
          throw new IllegalArgumentException(flag + " is chosen by the methods of Mapping");
      case FIXED, FIXED_NOREPLACE, GROWSDOWN, EXCL, GUARD ->
          throw new IllegalArgumentException(
              flag + " could place the mapping over other memory, or guard a readable page");
      default -> flags.add(flag);
    }
  }

  boolean isAnonymous() {
    return path == null && file == null;
  }

  Path requirePath() {
    if (path == null) {
      throw new IllegalStateException("not a mapping of a path");
    }
    return path;
  }

  /** Returns the rights asked for, or those that go with the request. */
  Protection protection() {
    if (protection != null) {
      return protection;
    }
    return isAnonymous() || createSize != NONE ? Protection.READ_WRITE : Protection.READ;
  }

  /** Tells whether the file must be open for writing, not only for reading. */
  boolean needsWritableFile() {
    return createSize != NONE || preallocate || (shared && protection().canWrite());
  }

  /** Tells whether not just any address will do. */
  boolean wantsPlace() {
    return reserve != NONE
        || guardPages
        || hugePages
        || (alignment > 1 && alignment > Mman.pageSize());
  }

  /** Tells whether MAP_POPULATE, which does nothing to reserved pages, has to be made up for. */
  boolean populatesByFlag() {
    return flags.contains(MapFlag.POPULATE) && isAnonymous() && wantsPlace();
  }

  /** Returns the bytes that there shall be room for in the end. */
  long capacity(long size) {
    if (reserve == NONE) {
      return size;
    }
    if (reserve < size) {
      throw new IllegalArgumentException("reserve " + reserve + " is less than the size " + size);
    }
    return reserve;
  }

  /**
   * Returns the flags of mmap(2), kinds included.
   *
   * @throws IllegalArgumentException if they cannot go together
   */
  Set<MapFlag> mapFlags() {
    if (allFlags == null) {
      check();
      allFlags = Collections.unmodifiableSet(withKinds()); // the same, whichever thread is first
    }
    return allFlags;
  }

  private Set<MapFlag> withKinds() {
    Set<MapFlag> all = EnumSet.copyOf(flags);
    if (isAnonymous()) {
      all.add(MapFlag.ANONYMOUS);
    }
    if (all.contains(MapFlag.SYNC)) {
      all.add(MapFlag.SHARED_VALIDATE);
    }
    if (!all.contains(MapFlag.SHARED_VALIDATE) && !all.contains(MapFlag.DROPPABLE)) {
      all.add(shared ? MapFlag.SHARED : MapFlag.PRIVATE);
    }
    return all;
  }

  /**
   * Refuses what cannot go together, whichever came first.
   *
   * @throws IllegalArgumentException with the reason
   */
  private void check() {
    if ((flags.contains(MapFlag.SYNC) || flags.contains(MapFlag.SHARED_VALIDATE)) && !shared) {
      throw new IllegalArgumentException("SYNC and SHARED_VALIDATE are for shared mappings");
    }
    if (flags.contains(MapFlag.DROPPABLE) && !isAnonymous()) {
      throw new IllegalArgumentException("DROPPABLE is for anonymous memory");
    }
    if (flags.contains(MapFlag.DROPPABLE) && flags.contains(MapFlag.SHARED_VALIDATE)) {
      throw new IllegalArgumentException("DROPPABLE and SHARED_VALIDATE exclude each other");
    }
    if (flags.contains(MapFlag.HUGETLB) && reserve != NONE) {
      throw new IllegalArgumentException("explicit huge pages (HUGETLB) cannot grow in a reserve");
    }
    boolean sized = false;
    for (MapFlag flag : flags) {
      if (flag.isHugeSize() && sized) {
        throw new IllegalArgumentException("two sizes of huge pages in " + flags);
      }
      sized |= flag.isHugeSize();
    }
    if (sized && !flags.contains(MapFlag.HUGETLB)) {
      throw new IllegalArgumentException("a size of huge pages goes with HUGETLB: " + flags);
    }
  }
}
