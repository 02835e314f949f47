package io.mman.benchmarks.report;

import java.awt.Dimension;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.text.TextUtils;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Writes charts as SVG, with their labels as text. */
final class Svg {
  /** The colors that differ between a light and a dark page, by their names in {@link #THEMES}. */
  private static final Map<String, String> COLORS =
      Map.of(
          "white", "none",
          "black", "var(--ink)",
          "rgb(32,32,32)", "var(--ink)",
          "gray", "var(--axis)",
          "rgb(208,208,208)", "var(--grid)",
          "rgb(244,244,244)", "var(--band)",
          "rgb(0,114,178)", "var(--blue)",
          "rgb(139,90,0)", "var(--brown)");

  private static final String THEMES =
      "svg{--ink:#1f2328;--axis:#6e7781;--grid:#d0d7de;--band:rgba(129,139,152,.12);"
          + "--blue:#0072b2;--brown:#8b5a00}"
          + "@media(prefers-color-scheme:dark){svg{--ink:#e6edf3;--axis:#9198a1;--grid:#3d444d;"
          + "--blue:#4aa8e0;--brown:#c58f3f}}";

  private Svg() {}

  static void write(JFreeChart chart, int width, int height, Path file) throws IOException {
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document());
    context.setComment(null);
    context.setPrecision(2);
    SVGGraphics2D graphics = new SVGGraphics2D(context, false);
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setSVGCanvasSize(new Dimension(width, height));
    // Otherwise labels would be drawn as outlines.
    TextUtils.setUseDrawRotatedStringWorkaround(false);
    chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    Element root = graphics.getRoot();
    root.setAttributeNS(null, "viewBox", "0 0 " + width + " " + height);
    StringWriter text = new StringWriter();
    graphics.stream(root, text, true, false);
    Files.writeString(file, tidied(text.toString()));
  }

  /**
   * Removes what has no effect, names fonts with the same widths as the one used here, and lets the
   * page show through. Colors that would be hard to see on a dark page change there.
   */
  private static String tidied(String svg) {
    String themed = svg;
    for (Map.Entry<String, String> color : COLORS.entrySet()) {
      themed = themed.replace(":" + color.getKey() + ";", ":" + color.getValue() + ";");
    }
    return themed
        .replaceFirst("(<svg [^>]*>)", "$1<style>" + Matcher.quoteReplacement(THEMES) + "</style>")
        .replaceAll("<!DOCTYPE[^>]*>\\s*", "")
        .replace("clip-path:url(#clipPath1); ", "")
        .replace(" xml:space=\"preserve\"", "")
        .replaceAll("\\s+(/?>)", "$1")
        .replace("font-family:sans-serif", "font-family:'DejaVu Sans',Verdana,sans-serif");
  }

  private static Document document() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument("http://www.w3.org/2000/svg", "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }
}
