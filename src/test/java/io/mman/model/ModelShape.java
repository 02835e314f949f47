package io.mman.model;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.Protection;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * The requested properties of a region, besides its offset and size.
 *
 * @param lifetime 0 an arena's, 1 for all threads, else confined
 * @param placement 0 anywhere, 1 between guards, 2 aligned, 3 for huge pages
 */
record ModelShape(
    boolean fromPath, boolean isPrivate, int lifetime, int placement, Protection protection) {
  private static final int HUGE = 2 << 20;

  Mapping of(@Nullable ModelFile file, int offset, int size) {
    Mapping mapping;
    if (file == null) {
      mapping = Mapping.anonymous(size);
    } else {
      mapping = fromPath ? Mapping.file(file.path) : Mapping.file(file.real);
      mapping = mapping.range(offset, size);
    }
    mapping = (isPrivate ? mapping.copyOnWrite() : mapping.shared()).protection(protection);
    return switch (placement) {
      case 0 -> mapping;
      case 1 -> mapping.guardPages();
      case 2 -> mapping.alignment(4L * ModelRegion.PAGE);
      default -> mapping.hugePages();
    };
  }

  MappedRegion map(Mapping mapping, Arena lender) {
    return switch (lifetime) {
      case 0 -> mapping.map(lender);
      case 1 -> mapping.mapShared();
      default -> mapping.mapConfined();
    };
  }

  ModelRegion model(
      MappedRegion region, @Nullable ModelFile file, int offset, int size, int reserve) {
    NativeFile opened = file == null || fromPath ? null : file.real;
    ModelRegion.Origin origin = new ModelRegion.Origin(file, opened, !isPrivate, lifetime == 0);
    int start = file == null ? 0 : offset;
    ModelRegion model = new ModelRegion(region, origin, start, size, protection, reserve);
    model.rounding = file == null && placement == 3 ? HUGE : ModelRegion.PAGE;
    model.writable = opened != null || file == null || isPrivate || protection.canWrite();
    model.keepsFile = file != null && fromPath && reserve >= 0;
    model.canExtendFile = opened != null || (!isPrivate && protection.canWrite());
    return model;
  }
}
