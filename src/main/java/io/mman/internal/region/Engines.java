package io.mman.internal.region;

import io.mman.internal.file.OpenFile;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Hands the implementation of a public object to the packages beside {@code io.mman}, whose public
 * types are given a {@code MappedRegion} or a {@code NativeFile}. Only they use it.
 *
 * <p>The implementation is loaded by its name when it is first needed, so that a program that uses
 * {@code io.mman} alone does not pay for it at startup.
 */
public abstract class Engines {
  private static final String IMPLEMENTATION = "io.mman.MappedRegion$Access";

  private static volatile @Nullable Engines engines;

  protected Engines() {}

  /** Is called by the implementation, when it is initialized. */
  protected static void provide(Engines implementation) {
    engines = implementation;
  }

  /** Loads the implementation, before no class can be loaded any more. */
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
