package io.mman.benchmarks.report;

import java.awt.Dimension;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** Removes what has no effect, and names fonts with the same widths as the one used here. */
  private static String tidied(String svg) {
    return svg.replaceAll("<!DOCTYPE[^>]*>\\s*", "")
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
