package io.mman.internal.error;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.StringJoiner;

/** Formats flags as C source code does, for messages and events. */
public final class FlagNames {
  private FlagNames() {}

  /** Returns the names of flags in the order in which C declares them, or 0 if there are none. */
  public static <E extends Enum<E>> String of(Collection<E> flags) {
    StringJoiner names = new StringJoiner("|").setEmptyValue("0");
    if (!flags.isEmpty()) {
      for (E flag : EnumSet.copyOf(flags)) {
        names.add(flag.name());
      }
    }
    return names.toString();
  }

  public static <E extends Enum<E>> String of(E[] flags) {
    return of(Arrays.asList(flags));
  }
}
