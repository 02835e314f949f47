package io.mman;

import io.mman.internal.platform.Numbers;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Every constant of the public enums that has a number on each platform, by its name in C. */
public final class NumberedConstants {
  private NumberedConstants() {}

  public static void forEach(BiConsumer<String, Numbers> action) {
    add(action, "MAP_", MapFlag.values(), MapFlag::numbers);
    add(action, "MADV_", Advice.values(), Advice::numbers);
    add(action, "MS_", SyncFlag.values(), SyncFlag::numbers);
    add(action, "MREMAP_", RemapFlag.values(), RemapFlag::numbers);
    add(action, "MLOCK_", LockFlag.values(), LockFlag::numbers);
    add(action, "MCL_", LockAllFlag.values(), LockAllFlag::numbers);
    add(action, "MFD_", MemfdFlag.values(), MemfdFlag::numbers);
    add(action, "F_SEAL_", FileSeal.values(), FileSeal::numbers);
    add(action, "POSIX_FADV_", FileAdvice.values(), FileAdvice::numbers);
    add(action, "RWF_", ReadFlag.values(), ReadFlag::numbers);
    add(action, "RWF_", WriteFlag.values(), WriteFlag::numbers);
    for (Errno errno : Errno.values()) {
      Numbers numbers = errno.numbers();
      if (numbers != null) {
        action.accept(errno.name(), numbers);
      }
    }
  }

  private static <E extends Enum<E>> void add(
      BiConsumer<String, Numbers> action, String prefix, E[] values, Function<E, Numbers> numbers) {
    for (E value : values) {
      action.accept(prefix + value.name(), numbers.apply(value));
    }
  }
}
