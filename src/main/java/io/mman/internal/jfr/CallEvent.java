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
 * A call on mapped memory; duration and thread are recorded with it. Off in a recording that does
 * not name it.
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
  @Description("Names as in C, separated by bars")
  @Nullable String flags;

  @Label("Path")
  @Description("The file, if one is known")
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
