/**
 * Maps files and anonymous memory, finds out what has changed, and shares memory between processes:
 * {@code mmap(2)}, {@code futex(2)} and related system calls through {@code java.lang.foreign}.
 *
 * <p>Java requires native access to be enabled explicitly: with {@code
 * --enable-native-access=io.mman} if the library is on the module path, with {@code
 * --enable-native-access=ALL-UNNAMED} if it is on the class path, or with the manifest entry {@code
 * Enable-Native-Access: ALL-UNNAMED} of an executable jar.
 */
module io.mman {
  requires static java.management;
  requires static jdk.jfr;
  requires static org.jspecify;

  exports io.mman;
  exports io.mman.change;
  exports io.mman.ipc;
}
