/** A program that is linked with what it needs of the JDK, which is the base. */
module example.image {
  requires io.mman;
}
