/** A program in a module of its own. */
module example.growing {
  requires io.mman;
}
