package io.mman.change;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.Errno;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.testing.ChildJvm;
import io.mman.testing.LibC;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a process that has no free descriptor left. */
class StagedRegionLimitsTest {
  @TempDir Path folder;

  static final class WithoutDescriptors {
    public static void main(String... arguments) {
      Path folder = Path.of(arguments[0]);
      long page = Mman.pageSize();
      for (int i = 0; i < 16; i++) {
        LibC.dup(1); // so many that the library expects more
      }
      StagedRegion db =
          StagedRegion.open(folder.resolve("file"), 10 * page, folder.resolve("journal"));
      while (LibC.dup(1) >= 0) {
        // one more descriptor is used
      }
      try {
        StagedRegion.open(folder.resolve("other"), page, folder.resolve("second"));
        System.out.println("opened");
      } catch (MmanException e) {
        System.out.println(e.error() == Errno.EMFILE);
      }
      db.segment().set(JAVA_BYTE, 0, (byte) 1);
      db.segment().set(JAVA_BYTE, 5 * page, (byte) 1);
      System.out.println(db.changes().count());
      db.extend(20 * page);
      System.out.println(db.commit().pages());
      db.segment().set(JAVA_BYTE, 0, (byte) 2);
      db.rollback();
      System.out.println(db.segment().get(JAVA_BYTE, 0));
      db.close();
    }
  }

  @Test
  void aCommitNeedsNoFreeDescriptor() {
    assertEquals(
        "true\n2\n2\n1\n",
        ChildJvm.of(WithoutDescriptors.class)
            .under("prlimit", "--nofile=100")
            .run(folder.toString())
            .success());
  }
}
