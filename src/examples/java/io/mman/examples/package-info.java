/**
 * Example programs, which the tests compile and run. To start one, use {@code java
 * --enable-native-access=ALL-UNNAMED -cp CLASSES io.mman.examples.NAME ARGUMENTS}, where {@code
 * CLASSES} is {@code target/classes:target/test-classes} after {@code mvn test-compile}. The script
 * {@code src/examples/pages} starts {@link io.mman.examples.PageCacheTool}, which also needs
 * picocli and progressbar.
 */
package io.mman.examples;
