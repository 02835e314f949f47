/**
 * Example programs, which the tests compile and run. To start one, use {@code java
 * --enable-native-access=ALL-UNNAMED -cp CLASSES io.mman.examples.NAME ARGUMENTS}, where {@code
 * CLASSES} is {@code target/classes:target/test-classes} after {@code mvn test-compile}. {@link
 * io.mman.examples.PageCacheTool} also needs picocli on the class path.
 */
package io.mman.examples;
