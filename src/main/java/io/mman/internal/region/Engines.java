package io.mman.internal.region;

import io.mman.internal.file.OpenFile;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives other exported packages access to the implementation of a {@code MappedRegion} or a {@code
 * NativeFile} that their public types receive as an argument. No other code uses this class.
 *
 * <p>The implementation of this class is loaded by name when it is first needed, so that a program
 * that only uses {@code io.mman} does not load it at startup.
 */
public abstract class Engines {
  private static final String IMPLEMENTATION = "io.mman.MappedRegion$Access";

  private static volatile @Nullable Engines engines;

  protected Engines() {}

  /** Called by the implementation when it is initialized. */
  protected static void provide(Engines implementation) {
    engines = implementation;
  }

  /** Loads the implementation while classes can still be loaded. */
  public static void prepare() {
    get();
  }

  /** Returns the region of a {@code MappedRegion}. */
  public static Region region(Object mappedRegion) {
    return get().regionOf(mappedRegion);
  }

  /** Returns the open file of a {@code NativeFile}. */
  public static OpenFile file(Object nativeFile) {
    return get().fileOf(nativeFile);
  }

  protected abstract Region regionOf(Object mappedRegion);

  protected abstract OpenFile fileOf(Object nativeFile);

  private static Engines get() {
    Engines known = engines;
    return known != null ? known : initialize();
  }

  private static Engines initialize() {
    try {
      Class.forName(IMPLEMENTATION, true, Engines.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new LinkageError(IMPLEMENTATION, e);
    }
    return Objects.requireNonNull(engines);
  }
}
