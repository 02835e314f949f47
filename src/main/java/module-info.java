/**
 * Memory mapping for the JVM: {@code mmap(2)} and its relatives through {@code java.lang.foreign}.
 *
 * <p>The module needs native access: run with {@code --enable-native-access=io.mman} (module path),
 * with {@code --enable-native-access=ALL-UNNAMED} (class path), or with the manifest entry {@code
 * Enable-Native-Access: ALL-UNNAMED} in an executable jar.
 */
module io.mman {
  requires static java.management;
  requires static jdk.jfr;
  requires static org.jspecify;

  exports io.mman;
}
