/** A program with a module of its own. */
module example.growing {
  requires io.mman;
}
