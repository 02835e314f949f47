package io.mman.internal.thread;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/** Creates daemon threads that inherit nothing from the thread that causes their creation. */
final class DaemonFactory implements ThreadFactory {
  private final AtomicLong count = new AtomicLong();
  private final String prefix;
  private final long stackBytes;

  /**
   * Creates a factory.
   *
   * @param prefix the names of the threads, before their number
   * @param stackBytes the size of a stack, which the JVM may round up; 0 for the default
   */
  DaemonFactory(String prefix, long stackBytes) {
    this.prefix = prefix;
    this.stackBytes = stackBytes;
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // the priority would be inherited
  public Thread newThread(Runnable worker) {
    // Neither inheritable thread locals nor, therefore, the context class loader are inherited.
    Thread thread = new Thread(null, worker, prefix + count.incrementAndGet(), stackBytes, false);
    thread.setDaemon(true);
    thread.setPriority(Thread.NORM_PRIORITY);
    return thread;
  }
}
