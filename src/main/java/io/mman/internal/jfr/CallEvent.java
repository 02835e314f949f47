package io.mman.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import org.jspecify.annotations.Nullable;

/**
 * The event of a call on mapped memory. Flight Recorder adds the duration and the thread. A
 * recording contains such events only if it enables them.
 */
@Category("mman")
@Enabled(false)
abstract class CallEvent extends Event implements Recorded {
  @Label("Address")
  @MemoryAddress
  long address;

  @Label("Bytes")
  @DataAmount
  long bytes;

  @Label("Flags")
  @Description("The names of the flags as in C, separated by |")
  @Nullable String flags;

  @Label("Path")
  @Description("The path of the file, if it is known")
  @Nullable String path;

  @Override
  public void end(long address, long bytes, String flags, @Nullable String path) {
    end();
    if (shouldCommit()) {
      this.address = address;
      this.bytes = bytes;
      this.flags = flags;
      this.path = path;
      commit();
    }
  }
}
