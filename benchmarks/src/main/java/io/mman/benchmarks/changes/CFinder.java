package io.mman.benchmarks.changes;

import io.mman.benchmarks.CProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program in C with the same system calls as the library, which takes its turns when asked. */
final class CFinder implements Finder {
  private final Process process;
  private final Writer in;
  private final BufferedReader out;

  /** Throws {@code IOException} if there is no gcc. */
  CFinder(Kind kind, long size) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("mman");
    try {
      Path program = CProgram.compile("takes", folder);
      process =
          new ProcessBuilder(program.toString(), kind.name(), Long.toString(size))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      in = process.outputWriter();
      out = process.inputReader();
      out.readLine(); // it has started, so that its file can be deleted
      Files.delete(program);
    } finally {
      Files.delete(folder);
    }
  }

  @Override
  public Turn turn(int[] pages) throws IOException {
    StringBuilder request = new StringBuilder().append(pages.length);
    for (int page : pages) {
      request.append(' ').append(page);
    }
    in.write(request.append('\n').toString());
    in.flush();
    String answer = out.readLine();
    if (answer == null) {
      throw new IOException("the program in C failed");
    }
    String[] times = answer.split(" ");
    return new Turn(
        Double.parseDouble(times[0]), Double.parseDouble(times[1]), Double.parseDouble(times[2]));
  }

  @Override
  public void close() throws IOException {
    in.close(); // which ends it
    out.close();
    process.onExit().join();
  }
}
