package io.mman.internal.error;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.StringJoiner;

/** Arguments in C's words, for messages and recordings. */
public final class FlagNames {
  private FlagNames() {}

  /** Returns the names of flags in the order C declares them; 0 where there are none. */
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
