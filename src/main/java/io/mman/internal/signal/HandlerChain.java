package io.mman.internal.signal;

import java.util.Collection;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of all copies of this library in the process, such as those of several web
 * applications, with the handler behind each of them. Each passes on the signals that it does not
 * handle, so that a copy need not install another handler as long as its own can be reached.
 *
 * <p>Class loaders separate the copies. What they share is a system property: {@code
 * handler=previous;} for each handler, in hexadecimal.
 */
final class HandlerChain {
  private static final String PROPERTY = "io.mman.busHandlers";

  private HandlerChain() {}

  /** Adds a handler that has come into force. */
  static void add(long handler, long previous) {
    Properties shared = System.getProperties();
    synchronized (shared) {
      String link = Long.toHexString(handler) + "=" + Long.toHexString(previous) + ";";
      shared.setProperty(PROPERTY, shared.getProperty(PROPERTY, "") + link);
    }
  }

  /** Returns whether a signal that a handler gets is passed on to one of the given handlers. */
  static boolean leadsTo(Collection<Long> handlers, long first) {
    if (handlers.contains(first)) {
      return true;
    }
    String links = System.getProperty(PROPERTY, "");
    String handler = previous(links, first);
    for (int i = 0; handler != null && i < links.length(); i++) { // a circle ends, too
      long address = Long.parseUnsignedLong(handler, 16);
      if (handlers.contains(address)) {
        return true;
      }
      handler = previous(links, address);
    }
    return false;
  }

  /** Returns the latest predecessor, because the address of a handler is never used again. */
  private static @Nullable String previous(String links, long handler) {
    String name = Long.toHexString(handler) + "=";
    int start = links.lastIndexOf(name);
    int end = links.indexOf(';', start);
    boolean isKnown = start == 0 || (start > 0 && links.charAt(start - 1) == ';');
    return isKnown && end > 0 ? links.substring(start + name.length(), end) : null;
  }
}
