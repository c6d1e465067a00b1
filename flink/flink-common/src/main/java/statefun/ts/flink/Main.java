package statefun.ts.flink;

import statefun.ts.process.StdinWatcher;

/** The command line: parses the options, runs the job and turns its end into an exit code. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    final Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println(Options.USAGE);
      System.exit(2);
      return;
    }
    // log4j.properties reads this property, so it must be set before the first logger exists.
    System.setProperty("statefun.log", options.logLevel);
    if (options.untilStdinCloses) {
      StdinWatcher.start(3);
    }
    try {
      new StatefunJob(options).run();
    } catch (Throwable t) {
      System.err.println(describe(t));
      System.exit(1);
    }
    System.exit(0);
  }

  /** The root cause first, since it explains the failure, then the chain that led to it. */
  private static String describe(Throwable failure) {
    StringBuilder chain = new StringBuilder();
    Throwable root = failure;
    for (; root.getCause() != null; root = root.getCause()) {
      chain.append("\n  in ").append(root);
    }
    return "FAILED " + root + chain;
  }
}
