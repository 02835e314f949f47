package io.mman.examples;

import io.mman.examples.PageCacheWork.Action;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.foreign.Arena;
import java.nio.charset.Charset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** A page cache tool similar to vmtouch; {@code --help} lists its options. */
@Command(
    name = "pages",
    customSynopsis = "pages [-hjvV] [-t | -e | -l] PATH...",
    mixinStandardHelpOptions = true,
    version = {
      "pages, an example of the library io.mman, similar to vmtouch",
      "Java ${java.version}, ${os.name} ${os.version} ${os.arch}"
    },
    description = "Shows how much of the files is in the page cache, or changes that.%n",
    footer = {
      "%nIn the bars of --verbose, each character stands for a group of pages: O if all of them are"
          + " in memory, o if some are, and a blank if none is. The bars have no colors if NO_COLOR"
          + " is set. On a terminal, long names are shortened at the beginning.",
      "%nExamples:",
      "  pages -v /var/lib/postgresql    show which files are in memory",
      "  pages --touch /srv/index        read all files of a folder before they are used",
      "  pages --json . | jq .total"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:success",
      "1:a file or folder could not be read, or one that was named was skipped",
      "2:invalid arguments",
      "141:the reader of the output closed it, as after SIGPIPE"
    })
public final class PageCacheTool implements Callable<Integer> {
  private static final int BROKEN_PIPE = 128 + 13; // what shells report for SIGPIPE

  private final Screen screen;
  private final Console console;

  @ArgGroup(exclusive = true)
  private Request request = new Request();

  @Option(
      names = {"-v", "--verbose"},
      description = "Draw a bar for every file.")
  private boolean verbose;

  @Option(
      names = {"-j", "--json"},
      description = "Print a JSON object with every file, every failure and the total.")
  private boolean json;

  @Parameters(
      arity = "0..*", // with 1..*, picocli reports a missing PATH instead of a wrong option
      paramLabel = "PATH...",
      hideParamSyntax = true,
      description =
          "Files, and folders, all files of which are included. Symbolic links, FIFOs, sockets and"
              + " devices are skipped.")
  private List<String> paths = List.of();

  @Spec private CommandSpec spec;

  private static final class Request {
    @Option(
        names = {"-t", "--touch"},
        description = "Read all pages into the page cache.")
    private boolean touch;

    @Option(
        names = {"-e", "--evict"},
        description = "Drop the pages that no process has mapped.")
    private boolean evict;

    @Option(
        names = {"-l", "--lock"},
        description = "Read all pages and keep them in memory until this program is stopped.")
    private boolean lock;

    Action action() {
      return touch ? Action.TOUCH : evict ? Action.EVICT : lock ? Action.LOCK : Action.LOOK;
    }
  }

  private PageCacheTool(Screen screen, Console console) {
    this.screen = screen;
    this.console = console;
  }

  public static void main(String... arguments) {
    Writer out = writer(FileDescriptor.out, "stdout.encoding");
    Writer err = writer(FileDescriptor.err, "stderr.encoding");
    System.exit(commandLine(out, err, Screen.current()).execute(arguments));
  }

  /** Returns a writer that, unlike System.out, throws an exception if it cannot write. */
  private static Writer writer(FileDescriptor file, String encoding) {
    Charset charset = Charset.forName(System.getProperty(encoding, "UTF-8"));
    return new BufferedWriter(new OutputStreamWriter(new FileOutputStream(file), charset));
  }

  static CommandLine commandLine(Writer out, Writer err, Screen screen) {
    Console console = new Console(out, err, screen);
    return new CommandLine(new PageCacheTool(screen, console))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setColorScheme(Help.defaultColorScheme(screen.ansi()))
        .setUsageHelpWidth(Math.clamp(screen.columns(), 55, 100)) // picocli rejects less than 55
        .setExpandAtFiles(false) // a file may be named @
        .setParameterExceptionHandler((e, arguments) -> refuse(e))
        .setExecutionExceptionHandler((e, commandLine, result) -> fail(e, console));
  }

  private static int refuse(ParameterException e) {
    PrintWriter err = e.getCommandLine().getErr();
    String message = e.getMessage().replaceFirst("^Error: ", "");
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message += "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
    }
    err.println("pages: " + PageCacheWords.printable(message));
    err.println("Try 'pages --help' for more information.");
    return CommandLine.ExitCode.USAGE;
  }

  /** Reports that the output failed. Failures to read a file have been reported before. */
  private static int fail(Exception e, Console console) throws Exception {
    if (!(e instanceof IOException)) {
      throw e;
    }
    if ("Broken pipe".equals(e.getMessage())) {
      return BROKEN_PIPE; // the reader has seen enough
    }
    console.err("pages: the output cannot be written: " + e.getMessage());
    return 1;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (paths.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "No file or folder was given.");
    }
    PageCacheWords.load();
    PageCacheTotals totals = new PageCacheTotals();
    PageCacheReport report =
        json ? new PageCacheJson(console) : new PageCacheText(console, screen, verbose);
    try (Arena locked = Arena.ofConfined()) {
      boolean complete;
      try (PageCacheProgress progress = new PageCacheProgress(console, screen, System::nanoTime)) {
        PageCacheFiles files = new PageCacheFiles(totals, report, progress);
        for (String path : paths) {
          files.search(path);
        }
        PageCacheWork work = new PageCacheWork(request.action(), locked, totals, report, progress);
        complete = work.visit(files.found());
      }
      report.end(totals);
      if (complete && request.lock && totals.files() > 0) {
        console.err("The pages stay locked until this program is stopped.");
        new CountDownLatch(1).await();
      }
    }
    return totals.failures() > 0 ? 1 : 0;
  }
}
