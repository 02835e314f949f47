package io.mman.internal.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.CProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatxLayoutTest {
  /**
   * The structure of linux/stat.h of Linux 6.16 from its first field after the time stamps on,
   * since the headers of the machine may be older; those before are compared with the header.
   */
  private static final String SOURCE =
      """
      #include <linux/stat.h>
      #include <stddef.h>
      #include <stdio.h>
      struct tail {
        __u64 stx_mnt_id;
        __u32 stx_dio_mem_align, stx_dio_offset_align;
        __u64 stx_subvol;
        __u32 stx_atomic_write_unit_min, stx_atomic_write_unit_max;
        __u32 stx_atomic_write_segments_max, stx_dio_read_offset_align;
      };
      #define TAIL(field) (offsetof(struct statx, stx_dev_minor) + 4 + offsetof(struct tail, field))
      int main(void) {
        printf("%zu\\n%zu\\n", sizeof(struct statx), offsetof(struct statx, stx_mask));
        printf("%zu\\n%zu\\n", TAIL(stx_dio_mem_align), TAIL(stx_dio_offset_align));
        printf("%zu\\n%zu\\n", TAIL(stx_atomic_write_unit_min), TAIL(stx_atomic_write_unit_max));
      #ifdef STATX_DIOALIGN
        if (STATX_DIOALIGN != 0x2000 || offsetof(struct statx, stx_dio_mem_align) != 152
            || offsetof(struct statx, stx_dio_offset_align) != 156) puts("other alignment");
      #endif
      #ifdef STATX_WRITE_ATOMIC
        if (STATX_WRITE_ATOMIC != 0x10000 || offsetof(struct statx, stx_atomic_write_unit_min) != 168
            || offsetof(struct statx, stx_atomic_write_unit_max) != 172) puts("other sizes");
      #endif
        return 0;
      }
      """;

  @TempDir Path folder;

  private static ByteBuffer statx() {
    return ByteBuffer.allocate(StatxLayout.BYTES).order(ByteOrder.nativeOrder());
  }

  @Test
  void fieldsAreWhereCHasThem() {
    List<Integer> lines = CProgram.run(folder, SOURCE).stream().map(Integer::valueOf).toList();

    assertEquals(lines.get(0), StatxLayout.BYTES);
    assertEquals(0, lines.get(1));
    List<ToIntFunction<ByteBuffer>> fields =
        List.of(
            StatxLayout::memoryAlignment,
            StatxLayout::offsetAlignment,
            StatxLayout::atomicMin,
            StatxLayout::atomicMax);
    for (int i = 0; i < fields.size(); i++) {
      ByteBuffer statx = statx();
      statx.putInt(0, 0x12000).putInt(lines.get(2 + i), 4711 + i);
      for (int k = 0; k < fields.size(); k++) {
        assertEquals(k == i ? 4711 + i : 0, fields.get(k).applyAsInt(statx));
      }
    }
  }

  /** A kernel that does not report a figure leaves anything in its place. */
  @Test
  void onlyWhatTheMaskSaysIsRead() {
    ByteBuffer statx = statx();
    for (int i = 1; i < StatxLayout.BYTES / 4; i++) {
      statx.putInt(4 * i, 9);
    }
    statx.putInt(0, 0x2000);
    assertEquals(9, StatxLayout.memoryAlignment(statx));
    assertEquals(9, StatxLayout.offsetAlignment(statx));
    assertEquals(0, StatxLayout.atomicMin(statx));
    assertEquals(0, StatxLayout.atomicMax(statx));
    statx.putInt(0, 0x10000);
    assertEquals(0, StatxLayout.memoryAlignment(statx));
    assertEquals(0, StatxLayout.offsetAlignment(statx));
    assertEquals(9, StatxLayout.atomicMin(statx));
    assertEquals(9, StatxLayout.atomicMax(statx));
  }
}
