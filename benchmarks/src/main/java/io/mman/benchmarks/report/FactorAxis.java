package io.mman.benchmarks.report;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import org.jfree.chart.axis.AxisState;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.axis.TickType;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/** A logarithmic axis labeled with round numbers. */
final class FactorAxis extends LogAxis {
  private static final long serialVersionUID = 1;

  /** An axis that spans more powers of ten than this is labeled with powers of ten only. */
  private static final double MANY_TENS = 2.6;

  /** The share of the axis before the first and after the last figure. */
  private static final double MARGIN = 0.03;

  private final transient DoubleFunction<String> format;
  private final boolean binary;

  /** Spans some figures, with a margin at both ends. */
  FactorAxis(String label, double min, double max, boolean binary, DoubleFunction<String> format) {
    super(label);
    this.binary = binary;
    this.format = format;
    double margin = Math.max(1.1, Math.pow(max / min, MARGIN));
    setRange(min / margin, max * margin);
  }

  @Override
  public List<NumberTick> refreshTicks(
      Graphics2D graphics, AxisState state, Rectangle2D area, RectangleEdge edge) {
    boolean below = edge == RectangleEdge.BOTTOM;
    TextAnchor anchor = below ? TextAnchor.TOP_CENTER : TextAnchor.CENTER_RIGHT;
    List<NumberTick> ticks = new ArrayList<>();
    for (double at : binary ? powersOfFour() : roundNumbers()) {
      if (getRange().contains(at)) {
        String text = format.apply(at);
        ticks.add(new NumberTick(TickType.MAJOR, at, text, anchor, TextAnchor.CENTER, 0));
      }
    }
    return ticks;
  }

  private List<Double> powersOfFour() {
    List<Double> numbers = new ArrayList<>();
    for (double at = 1; at <= getUpperBound(); at *= 4) {
      numbers.add(at);
    }
    return numbers;
  }

  private List<Double> roundNumbers() {
    boolean tens = Math.log10(getUpperBound() / getLowerBound()) > MANY_TENS;
    List<Double> numbers = new ArrayList<>();
    int first = (int) Math.floor(Math.log10(getLowerBound()));
    int last = (int) Math.ceil(Math.log10(getUpperBound()));
    for (int power = first; power <= last; power++) {
      double ten = power < 0 ? 1 / Math.pow(10, -power) : Math.pow(10, power);
      numbers.add(ten);
      if (!tens) {
        numbers.add(2 * ten);
        numbers.add(5 * ten);
      }
    }
    return numbers;
  }
}
