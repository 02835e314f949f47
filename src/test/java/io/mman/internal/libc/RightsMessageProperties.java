package io.mman.internal.libc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Finding the descriptors among control messages. */
class RightsMessageProperties {
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;

  /** A control message as the kernel stores it. */
  private record Control(int level, int type, List<Integer> numbers) {
    boolean hasDescriptors() {
      return level == SOL_SOCKET && type == SCM_RIGHTS;
    }

    private void putInto(ByteBuffer bytes) {
      int start = bytes.position();
      bytes.putLong(16 + 4L * numbers.size()).putInt(level).putInt(type);
      numbers.forEach(bytes::putInt);
      bytes.position((bytes.position() - start + 7) / 8 * 8 + start);
    }
  }

  @Provide
  Arbitrary<Control> controls() {
    Arbitrary<Integer> small = Arbitraries.integers().between(0, 2);
    return Arbitraries.integers()
        .list()
        .ofMaxSize(9)
        .flatMap(n -> small.flatMap(level -> small.map(type -> new Control(level, type, n))));
  }

  @Property
  void allDescriptorsAndNothingElseAreFound(
      @ForAll @Size(max = 8) List<@From("controls") Control> controls) {
    ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
    controls.forEach(control -> control.putInto(bytes));
    int[] expected =
        controls.stream()
            .filter(Control::hasDescriptors)
            .flatMap(control -> control.numbers().stream())
            .mapToInt(Integer::intValue)
            .toArray();

    assertArrayEquals(expected, RightsMessage.descriptors(view(bytes, bytes.position())));
  }

  private static ByteBuffer view(ByteBuffer bytes, int length) {
    return bytes.slice(0, length).order(ByteOrder.nativeOrder());
  }

  /** The lengths decide where it reads: most of these are small or nearly overflow. */
  @Property
  void nothingIsReadBehindTheEnd(
      @ForAll byte[] garbage, @ForAll @Size(max = 40) List<Long> lengths) {
    ByteBuffer bytes = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());
    bytes.put(garbage, 0, Math.min(garbage.length, 512));
    for (int i = 0; i < lengths.size(); i++) {
      bytes.putLong(8 * i, lengths.get(i) % 2 == 0 ? lengths.get(i) : lengths.get(i) % 64);
    }
    for (int length = 0; length <= 512; length += 4) {
      assertTrue(RightsMessage.descriptors(view(bytes, length)).length <= length / 4);
    }
  }
}
