package io.mman.benchmarks.report;

import java.awt.Color;
import java.awt.Dimension;
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
import org.jfree.chart.JFreeChart;
import org.jfree.chart.text.TextUtils;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Writes charts as SVG, with their labels as text. */
final class Svg {
  /** The colors that are not those of a sign, by what they are in the styles of a page. */
  private static final Map<String, String> COLORS =
      Map.of(
          "white",
          "none",
          "black",
          "var(--ink)",
          rgb(Style.INK),
          "var(--ink)",
          rgb(Style.FAINT),
          "var(--faint)",
          rgb(Style.GRID),
          "var(--grid)");

  private static final String LIGHT = "--ink:#1f2328;--faint:#59636e;--grid:#d8dee4";
  private static final String DARK = "--ink:#e6edf3;--faint:#9198a1;--grid:#30363d";

  private Svg() {}

  static void write(JFreeChart chart, int width, int height, Path file) throws IOException {
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document());
    context.setComment(null);
    context.setPrecision(2);
    Texts graphics = new Texts(context);
    graphics.setSVGCanvasSize(new Dimension(width, height));
    // Otherwise labels would be drawn as outlines.
    TextUtils.setUseDrawRotatedStringWorkaround(false);
    chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    Element root = graphics.getRoot();
    graphics.fix(root);
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
    for (Sign sign : Sign.values()) {
      String color = "var(" + sign.variable() + ")";
      themed = themed.replace(":" + rgb(sign.color()) + ";", ":" + color + ";");
    }
    for (Map.Entry<String, String> color : COLORS.entrySet()) {
      themed = themed.replace(":" + color.getKey() + ";", ":" + color.getValue() + ";");
    }
    return themed
        .replaceFirst(
            "(<svg [^>]*>)", "$1<style>" + Matcher.quoteReplacement(themes(themed)) + "</style>")
        .replaceAll("<!DOCTYPE[^>]*>\\s*", "")
        .replace("clip-path:url(#clipPath1); ", "")
        .replace(" xml:space=\"preserve\"", "")
        .replaceAll("\\s+(/?>)", "$1")
        .replace("font-family:sans-serif", "font-family:'DejaVu Sans',Verdana,sans-serif");
  }

  private static String rgb(Color color) {
    return "rgb(%d,%d,%d)".formatted(color.getRed(), color.getGreen(), color.getBlue());
  }

  /** Returns the colors of light and dark pages that an image uses. */
  private static String themes(String svg) {
    StringBuilder light = new StringBuilder(LIGHT);
    StringBuilder dark = new StringBuilder(DARK);
    for (Sign sign : Sign.values()) {
      if (svg.contains(sign.variable() + ")")) {
        light.append(";%s:%s".formatted(sign.variable(), sign.light));
        dark.append(";%s:%s".formatted(sign.variable(), sign.dark));
      }
    }
    return "svg{%s}@media(prefers-color-scheme:dark){svg{%s}}".formatted(light, dark);
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
