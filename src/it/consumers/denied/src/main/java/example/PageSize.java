package example;

import io.mman.Mman;

/** Queries the page size with a native call, which fails if the JVM denies native access. */
final class PageSize {
  public static void main(String... arguments) {
    System.out.println("available: " + Mman.isAvailable());
    System.out.println("page size: " + Mman.pageSize());
  }
}
