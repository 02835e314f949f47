/** A program that is linked with the only module of the JDK that it needs, {@code java.base}. */
module example.image {
  requires io.mman;
}
