package example;

import io.mman.Mman;

/** Asks for the size of a page, which is a native call: fails if the JVM was told to deny them. */
final class PageSize {
  public static void main(String... arguments) {
    System.out.println("available: " + Mman.isAvailable());
    System.out.println("page size: " + Mman.pageSize());
  }
}
