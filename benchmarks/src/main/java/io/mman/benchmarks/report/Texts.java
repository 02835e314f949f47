package io.mman.benchmarks.report;

import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Draws SVG whose texts are as wide as they were when the chart was laid out, whichever font the
 * reader's browser has.
 */
final class Texts extends SVGGraphics2D {
  private static final Graphics2D METRICS = exact();

  private final List<Double> widths;

  Texts(SVGGeneratorContext context) {
    super(context, false);
    widths = new ArrayList<>();
  }

  private Texts(Texts original) {
    super(original);
    widths = original.widths;
  }

  private static Graphics2D exact() {
    Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB).createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    return graphics;
  }

  @Override
  public Graphics create() {
    return new Texts(this);
  }

  /** Batik would round the width of each letter. */
  @Override
  public FontMetrics getFontMetrics(Font font) {
    return METRICS.getFontMetrics(font);
  }

  @Override
  public void drawString(String text, float x, float y) {
    super.drawString(text, x, y);
    widths.add(getFont().getStringBounds(text, METRICS.getFontRenderContext()).getWidth());
  }

  /** Writes the widths of all texts into the elements that were drawn. */
  void fix(Element root) {
    NodeList texts = root.getElementsByTagName("text");
    if (texts.getLength() != widths.size()) {
      throw new IllegalStateException(texts.getLength() + " texts, " + widths.size() + " widths");
    }
    for (int i = 0; i < widths.size(); i++) {
      Element text = (Element) texts.item(i);
      text.setAttributeNS(null, "textLength", "%.1f".formatted(widths.get(i)));
      text.setAttributeNS(null, "lengthAdjust", "spacingAndGlyphs");
    }
  }
}
