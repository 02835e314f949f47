package io.mman.internal.signal;

import java.util.Collection;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The handlers that all copies of this library in the process have installed, and the handler that
 * each of them has replaced. Several web applications, for example, may each load a copy. A handler
 * passes on the signals that it does not handle, so a copy need not install another one as long as
 * signals still reach its own.
 *
 * <p>The copies cannot see each other's classes, because each has its own class loader. They share
 * a system property, which has {@code handler=previous;} for each handler, in hexadecimal.
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

  /** Returns whether signals that the first handler receives reach one of the given handlers. */
  static boolean leadsTo(Collection<Long> handlers, long first) {
    if (handlers.contains(first)) {
      return true;
    }
    String links = System.getProperty(PROPERTY, "");
    String handler = previous(links, first);
    for (int i = 0; handler != null && i < links.length(); i++) { // ends in a circle, too
      long address = Long.parseUnsignedLong(handler, 16);
      if (handlers.contains(address)) {
        return true;
      }
      handler = previous(links, address);
    }
    return false;
  }

  /** Returns the handler that was replaced, or null if this library did not install the handler. */
  private static @Nullable String previous(String links, long handler) {
    String name = Long.toHexString(handler) + "=";
    int start = links.lastIndexOf(name);
    int end = links.indexOf(';', start);
    boolean isKnown = start == 0 || (start > 0 && links.charAt(start - 1) == ';');
    return isKnown && end > 0 ? links.substring(start + name.length(), end) : null;
  }
}
