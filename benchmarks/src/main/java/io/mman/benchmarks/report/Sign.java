package io.mman.benchmarks.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.Optional;

/**
 * The implementations that charts compare. Each has its own color and mark, the same in all charts.
 * The marks of mman and {@code FileChannel.map} remain visible if one lies on the other.
 */
enum Sign {
  MMAN("mman", "#0969da", "#58a6ff", new Ellipse2D.Float(-4.5f, -4.5f, 9, 9)),
  SURVIVING("mman, surviving", "#0b7a75", "#3fc1b8", Marks.star(6.5)),
  RAW("Mman", "#4b6a9b", "#9db7dd", Marks.outline(new Ellipse2D.Float(-4, -4, 8, 8))),
  C("C", "#1f2328", "#e6edf3", Marks.outline(Marks.cross())),
  FFM("bare FFM", "#8250df", "#bc8cff", Marks.outline(Marks.plus())),
  MAP("FileChannel.map", "#bc4c00", "#f0883e", Marks.outline(Marks.square(6.5))),
  LOAD("FileChannel.map, load()", "#9a6700", "#d29922", Marks.square(4)),
  CHANNEL("FileChannel", "#cf222e", "#ff7b72", Marks.outline(Marks.diamond(5.5))),
  BUFFER("MappedByteBuffer", "#6f4e37", "#c9a27e", Marks.diamond(5.5)),
  JNA("JNA", "#bf3989", "#f778ba", Marks.triangle(0)),
  POSIX("OpenHFT Posix", "#1a7f37", "#3fb950", Marks.triangle(2)),
  ARENA("Arena.allocate", "#4d7c0f", "#a3c940", Marks.triangle(1)),
  DIRECT("allocateDirect", "#82071e", "#ffaba8", Marks.triangle(3)),
  AGRONA("Agrona", "#0e7490", "#39c5cf", Marks.outline(Marks.triangle(0))),
  CHRONICLE("Chronicle Bytes", "#7c6f00", "#d5c94a", Marks.outline(Marks.triangle(2))),
  NOTHING("empty main method", "#6e7781", "#8b949e", new Rectangle2D.Float(-5, -1.5f, 10, 3));

  /** The beginning of the names of the series that this sign stands for. */
  final String begin;

  /** The color on a light page, as in CSS. */
  final String light;

  /** The color on a dark page. */
  final String dark;

  final Shape mark;

  Sign(String begin, String light, String dark, Shape mark) {
    this.begin = begin;
    this.light = light;
    this.dark = dark;
    this.mark = mark;
  }

  /** Returns the sign of a series: the one whose name is the longest beginning of the series. */
  static Sign of(String series) {
    Optional<Sign> found =
        Arrays.stream(values())
            .filter(s -> s.begins(series))
            .max((a, b) -> Integer.compare(a.begin.length(), b.begin.length()));
    return found.orElseThrow(() -> new IllegalArgumentException("no sign for " + series));
  }

  private boolean begins(String series) {
    return series.startsWith(begin)
        && (series.length() == begin.length()
            || !Character.isLetter(series.charAt(begin.length())));
  }

  /** Returns the color that stands for this sign's until {@link Svg} writes the file. */
  Color color() {
    return new Color(ordinal() + 1, 0, 1);
  }

  /** Returns the name of the color in CSS. */
  String variable() {
    return "--" + name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Builds marks around the origin. */
  private static final class Marks {
    private static final double REACH = 4.5;

    static Shape outline(Shape shape) {
      return new Area(new BasicStroke(2).createStrokedShape(shape));
    }

    static Shape square(double reach) {
      return new Rectangle2D.Double(-reach, -reach, 2 * reach, 2 * reach);
    }

    static Shape cross() {
      return lines(-REACH, -REACH, REACH, REACH, -REACH, REACH, REACH, -REACH);
    }

    static Shape plus() {
      return lines(-REACH - 1, 0, REACH + 1, 0, 0, -REACH - 1, 0, REACH + 1);
    }

    static Shape diamond(double reach) {
      return polygon(4, 0, reach, reach);
    }

    /** Points up, or after one to three quarter turns right, down or left. */
    static Shape triangle(int turns) {
      return polygon(3, turns * Math.PI / 2, 6, 6);
    }

    static Shape star(double reach) {
      return polygon(10, 0, reach, reach * 0.45);
    }

    /** Goes around the origin, with corners that are alternately at the two distances. */
    private static Shape polygon(int corners, double turn, double outer, double inner) {
      Path2D path = new Path2D.Double();
      for (int i = 0; i < corners; i++) {
        double angle = turn + 2 * Math.PI * i / corners;
        double reach = i % 2 == 0 ? outer : inner;
        double x = reach * Math.sin(angle);
        double y = -reach * Math.cos(angle);
        if (i == 0) {
          path.moveTo(x, y);
        } else {
          path.lineTo(x, y);
        }
      }
      path.closePath();
      return path;
    }

    private static Shape lines(double... ends) {
      Path2D path = new Path2D.Double();
      for (int i = 0; i < ends.length; i += 4) {
        path.moveTo(ends[i], ends[i + 1]);
        path.lineTo(ends[i + 2], ends[i + 3]);
      }
      return path;
    }
  }
}
