package io.mman.benchmarks.measure;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The measurements of one section, with the machine and the command; stored as a JSON file. */
public final class Results {
  private static final MathContext DIGITS = new MathContext(4);
  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .registerTypeAdapter(Double.class, (JsonSerializer<Double>) (d, t, c) -> rounded(d))
          .registerTypeAdapter(double.class, (JsonSerializer<Double>) (d, t, c) -> rounded(d))
          .create();

  public String section;
  public String set;
  public String command;
  public String started;
  public long seconds;
  public Machine machine;
  public List<Measurement> measurements = new ArrayList<>();
  public List<String> leftOut = new ArrayList<>();

  private static JsonElement rounded(double value) {
    return new JsonPrimitive(new BigDecimal(value).round(DIGITS).stripTrailingZeros());
  }

  /** Stores this object as SECTION.json in a folder. */
  public void save(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(section + ".json"), GSON.toJson(this) + "\n");
  }

  /** Reads all results in a folder, in the order of their file names. */
  public static List<Results> load(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Results> all = new ArrayList<>();
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        all.add(GSON.fromJson(Files.readString(file), Results.class));
      }
      return all;
    }
  }
}
