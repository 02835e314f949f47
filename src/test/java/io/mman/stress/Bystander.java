package io.mman.stress;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.testing.Samples;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Accesses missing pages of an ordinary region, next to one that survives bus errors. */
final class Bystander {
  private static final long PAGE = Mman.pageSize();

  private Bystander() {}

  /**
   * Takes a folder, whether the other region survives bus errors, and whether Java or native code
   * accesses the lost page.
   */
  public static void main(String... arguments) throws Throwable {
    Path path = Samples.file(Path.of(arguments[0]), 4 * PAGE);
    Mapping mapping = Mapping.file(path).readWrite();
    boolean survives = Boolean.parseBoolean(arguments[1]);
    MappedRegion other = (survives ? mapping.surviveBusErrors() : mapping).mapShared();
    MappedRegion region = mapping.mapShared();
    Samples.resize(path, PAGE);
    if (survives && other.segment().get(JAVA_BYTE, 2 * PAGE) != 0) {
      throw new AssertionError("not zero");
    }
    System.out.println(other.lostPages() + " lost");
    System.out.flush();
    if (arguments[2].equals("java")) {
      try {
        System.out.println("read " + region.segment().get(JAVA_BYTE, 2 * PAGE));
      } catch (InternalError e) {
        System.out.println("InternalError");
      }
    } else {
      copy(region.segment());
      System.out.println("copied");
    }
  }

  private static void copy(MemorySegment segment) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MemorySegment target = Arena.global().allocate(4 * PAGE);
    MemorySegment result =
        (MemorySegment)
            linker
                .downcallHandle(
                    linker.defaultLookup().find("memcpy").orElseThrow(),
                    FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG))
                .invokeExact(target, segment, 4 * PAGE);
    if (result.address() != target.address()) {
      throw new AssertionError();
    }
  }
}
