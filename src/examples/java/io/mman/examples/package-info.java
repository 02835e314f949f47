/**
 * Programs that show what the library does; they are compiled and run by the tests. Each is started
 * as {@code java --enable-native-access=ALL-UNNAMED -cp CLASSES io.mman.examples.NAME ARGUMENTS},
 * where {@code CLASSES} is {@code target/classes:target/test-classes} after {@code mvn
 * test-compile}; {@link io.mman.examples.PageCacheTool} needs picocli on the class path too.
 */
package io.mman.examples;
