/** Small programs that show what the library does; they are compiled and run by the tests. */
package io.mman.examples;
