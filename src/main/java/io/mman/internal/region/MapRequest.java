package io.mman.internal.region;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.Protection;
import io.mman.internal.error.FlagNames;
import io.mman.internal.error.HugePages;
import io.mman.internal.file.OpenFile;
import io.mman.internal.libc.ProcessCalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A request for mapped memory, immutable for everyone else: its fields are written only in the
 * methods that return a new one. {@link io.mman.Mapping} is its public face.
 */
public final class MapRequest {
  /** The length of a range that ends at the end of the file. */
  static final long TO_THE_END = -1;

  /** The size to create if that is not requested. */
  static final long NONE = -1;

  private static final Set<MapFlag> SHARED = Set.of(MapFlag.SHARED);
  private static final Set<MapFlag> PRIVATE = Set.of(MapFlag.PRIVATE);

  final @Nullable Path path;
  final @Nullable OpenFile file;
  boolean shared;
  @Nullable Protection protection;
  long offset;
  long length = TO_THE_END;
  long createSize = NONE;
  boolean preallocate;
  boolean populate;
  boolean hugePages;
  boolean guardPages;
  boolean survives;
  boolean mirrored;
  long alignment = 1;
  long reserve = RegionResources.NO_RESERVE;
  @Nullable String name;
  Set<MapFlag> flags = Set.of();
  List<Advice> advice = List.of();

  /** The result of {@link #mapFlags}, kept because a request may be mapped many times. */
  private @Nullable Set<MapFlag> allFlags;

  /** What the last region of an open file maps, kept because the next one may map the same. */
  @Nullable Backing lastBacking;

  /** Creates a request for a file, or for anonymous memory if neither path nor file is given. */
  private MapRequest(@Nullable Path path, @Nullable OpenFile file) {
    this.path = path;
    this.file = file;
    this.shared = path != null || file != null;
  }

  private MapRequest(MapRequest other) {
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
    survives = other.survives;
    mirrored = other.mirrored;
    alignment = other.alignment;
    reserve = other.reserve;
    name = other.name;
    flags = other.flags;
    advice = other.advice;
  }

  /** Returns a request for a file, which is opened for the call or is open already. */
  public static MapRequest ofFile(@Nullable Path path, @Nullable OpenFile file) {
    return new MapRequest(path, file);
  }

  /** Returns a request for anonymous memory. */
  public static MapRequest anonymous(long size) {
    MapRequest request = new MapRequest(null, null);
    request.length = PageRange.requireSize("size", size);
    return request;
  }

  public MapRequest shared(boolean isShared) {
    MapRequest next = new MapRequest(this);
    next.shared = isShared;
    return next;
  }

  public MapRequest protection(Protection wanted) {
    MapRequest next = new MapRequest(this);
    next.protection = Objects.requireNonNull(wanted);
    return next;
  }

  public MapRequest range(long first, long size) {
    MapRequest next = forFile("range");
    PageRange.requireSize("offset", first);
    PageRange.requireSize("size", size);
    PageRange.requireSize("offset + size", first + size);
    next.offset = first;
    next.length = size;
    return next;
  }

  public MapRequest from(long first) {
    MapRequest next = forFile("from");
    next.offset = PageRange.requireSize("offset", first);
    next.length = TO_THE_END;
    return next;
  }

  public MapRequest create(long size) {
    MapRequest next = forFile("create");
    next.createSize = PageRange.requireSize("size", size);
    return next;
  }

  public MapRequest preallocate() {
    MapRequest next = forFile("preallocate");
    next.preallocate = true;
    return next;
  }

  public MapRequest populate() {
    MapRequest next = new MapRequest(this);
    next.populate = true;
    return next;
  }

  public MapRequest hugePages() {
    MapRequest next = new MapRequest(this);
    next.hugePages = true;
    return next;
  }

  public MapRequest alignment(long bytes) {
    if (bytes <= 0 || Long.bitCount(bytes) != 1) {
      throw new IllegalArgumentException("not a power of two: " + bytes);
    }
    MapRequest next = new MapRequest(this);
    next.alignment = bytes;
    return next;
  }

  public MapRequest reserve(long maxSize) {
    MapRequest next = new MapRequest(this);
    next.reserve = PageRange.requireSize("reserve", maxSize);
    return next;
  }

  public MapRequest guardPages() {
    MapRequest next = new MapRequest(this);
    next.guardPages = true;
    return next;
  }

  public MapRequest surviveBusErrors() {
    MapRequest next = forFile("surviveBusErrors");
    next.survives = true;
    return next;
  }

  public MapRequest mirrored() {
    if (file == null) {
      throw new IllegalArgumentException("only an open file (NativeFile) can be mirrored");
    }
    MapRequest next = new MapRequest(this);
    next.mirrored = true;
    return next;
  }

  public MapRequest name(String vmaName) {
    MapRequest next = new MapRequest(this);
    next.name = VmaName.require(vmaName);
    return next;
  }

  public MapRequest flags(MapFlag... more) {
    MapRequest next = new MapRequest(this);
    Set<MapFlag> all = EnumSet.noneOf(MapFlag.class);
    all.addAll(flags);
    for (MapFlag flag : more) {
      all.add(requireAllowed(flag));
    }
    next.flags = all;
    return next;
  }

  public MapRequest advise(Advice... more) {
    MapRequest next = new MapRequest(this);
    List<Advice> all = new ArrayList<>(advice);
    for (Advice one : more) {
      AdviceRules.requireHarmless(Objects.requireNonNull(one));
      all.add(one);
    }
    next.advice = all;
    return next;
  }

  private MapRequest forFile(String what) {
    if (isAnonymous()) {
      throw new IllegalArgumentException(what + " is for files, not for anonymous memory");
    }
    return new MapRequest(this);
  }

  private static MapFlag requireAllowed(MapFlag flag) {
    return switch (flag) {
      case SHARED, PRIVATE, ANONYMOUS ->
          throw new IllegalArgumentException(flag + " is chosen by the methods of Mapping");
      case FIXED, FIXED_NOREPLACE, GROWSDOWN, EXCL, GUARD ->
          throw new IllegalArgumentException(
              flag + " could map over other memory, or make a readable page inaccessible");
      default -> flag;
    };
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

  /** Returns the protection requested, or the default of the request. */
  Protection protection() {
    if (protection != null) {
      return protection;
    }
    return isAnonymous() || createSize != NONE ? Protection.READ_WRITE : Protection.READ;
  }

  /** Returns whether the file must be open for writing. */
  boolean needsWritableFile() {
    return createSize != NONE || preallocate || (shared && protection().canWrite());
  }

  /** Returns whether the kernel may not choose just any address. */
  boolean wantsPlace() {
    return reserve != RegionResources.NO_RESERVE
        || mirrored
        || guardPages
        || hugePages
        || (alignment > 1 && alignment > ProcessCalls.pageSize());
  }

  /** Returns whether MAP_POPULATE, which has no effect on reserved pages, must be carried out. */
  boolean populatesByFlag() {
    return flags.contains(MapFlag.POPULATE) && isAnonymous() && wantsPlace();
  }

  /** Returns the bytes to reserve. */
  long capacity(long size) {
    if (reserve == RegionResources.NO_RESERVE) {
      return size;
    }
    if (reserve < size) {
      throw new IllegalArgumentException("reserve " + reserve + " is less than the size " + size);
    }
    return reserve;
  }

  /**
   * Returns the flags of mmap(2), including those that choose the kind.
   *
   * @throws IllegalArgumentException if they contradict each other
   */
  Set<MapFlag> mapFlags() {
    if (allFlags == null && flags.isEmpty() && !isAnonymous()) {
      allFlags = shared ? SHARED : PRIVATE;
    } else if (allFlags == null) {
      check();
      allFlags = Collections.unmodifiableSet(withKinds()); // the same, whichever thread is first
    }
    return allFlags;
  }

  private Set<MapFlag> withKinds() {
    Set<MapFlag> all = EnumSet.noneOf(MapFlag.class);
    all.addAll(flags);
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
   * Refuses requests that contradict each other, in whatever order they were made.
   *
   * @throws IllegalArgumentException if two of them do
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
    if (flags.contains(MapFlag.HUGETLB) && reserve != RegionResources.NO_RESERVE) {
      throw new IllegalArgumentException("explicit huge pages (HUGETLB) cannot grow in a reserve");
    }
    boolean sized = false;
    for (MapFlag flag : flags) {
      if (HugePages.isSize(flag) && sized) {
        throw new IllegalArgumentException("two sizes of huge pages: " + flags);
      }
      sized |= HugePages.isSize(flag);
    }
    if (sized && !flags.contains(MapFlag.HUGETLB)) {
      throw new IllegalArgumentException("a size of huge pages needs HUGETLB: " + flags);
    }
  }

  /** Returns the request in words. */
  @Override
  public String toString() {
    StringJoiner words = new StringJoiner(", ", "Mapping[", "]");
    Path mapped = file != null ? file.path() : path;
    words.add(isAnonymous() ? "anonymous" : "\"" + mapped + "\"").add(sharing());
    words.add(protection().name());
    addRange(words);
    addPlace(words);
    if (!flags.isEmpty()) {
      words.add("flags " + FlagNames.of(flags));
    }
    if (!advice.isEmpty()) {
      words.add("advise " + advice);
    }
    return words.toString();
  }

  private String sharing() {
    return flags.contains(MapFlag.DROPPABLE) ? "droppable" : shared ? "shared" : "private";
  }

  private void addRange(StringJoiner words) {
    if (length != TO_THE_END) {
      words.add(isAnonymous() ? length + " bytes" : "range " + offset + " + " + length);
    } else if (offset > 0) {
      words.add("from " + offset);
    }
    if (createSize != NONE) {
      words.add("create " + createSize);
    }
    if (preallocate) {
      words.add("preallocate");
    }
  }

  private void addPlace(StringJoiner words) {
    if (reserve != RegionResources.NO_RESERVE) {
      words.add("reserve " + reserve);
    }
    if (alignment > 1) {
      words.add("alignment " + alignment);
    }
    if (hugePages) {
      words.add("huge pages");
    }
    if (guardPages) {
      words.add("guard pages");
    }
    if (mirrored) {
      words.add("mirrored");
    }
    if (survives) {
      words.add("survive bus errors");
    }
    if (populate) {
      words.add("populate");
    }
    if (name != null) {
      words.add("name \"" + name + "\"");
    }
  }
}
