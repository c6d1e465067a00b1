package statefun.ts.flink;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;

/** The command line options, the same for both versions of StateFun. */
final class Options {
  static final String USAGE =
      "usage: --module FILE --journal FILE --checkpoints DIR [--out FILE] [--egress NS/NAME]...\n"
          + "  [--checkpoint-interval-ms N] [--restore] [--parallelism N] [--restarts none|N]\n"
          + "  [--rest-port N] [--log-level LEVEL] [--print-checkpoints]\n"
          + "  [--until-stdin-closes]";

  Path module;
  Path journal;
  Path out;
  Path checkpoints;
  final List<String> egresses = new ArrayList<>();
  long checkpointIntervalMs = 200;
  boolean restore;
  int parallelism = 1;
  int restarts;
  int restPort;
  String logLevel = "WARN";
  boolean printCheckpoints;
  boolean untilStdinCloses;

  private Options() {}

  static Options parse(String[] args) {
    Options options = new Options();
    for (int i = 0; i < args.length; i++) {
      String name = args[i];
      if (name.equals("--restore")) {
        options.restore = true;
      } else if (name.equals("--print-checkpoints")) {
        options.printCheckpoints = true;
      } else if (name.equals("--until-stdin-closes")) {
        options.untilStdinCloses = true;
      } else if (i + 1 == args.length) {
        throw new IllegalArgumentException("unknown option, or one without a value: " + name);
      } else {
        options.set(name, args[++i]);
      }
    }
    options.check();
    return options;
  }

  private void set(String name, String value) {
    switch (name) {
      case "--module":
        module = absolute(value);
        break;
      case "--journal":
        journal = absolute(value);
        break;
      case "--out":
        out = absolute(value);
        break;
      case "--checkpoints":
        checkpoints = absolute(value);
        break;
      case "--egress":
        TypeNames.requireSlash(value);
        egresses.add(value);
        break;
      case "--checkpoint-interval-ms":
        checkpointIntervalMs = number(name, value);
        break;
      case "--parallelism":
        parallelism = number(name, value);
        break;
      case "--restarts":
        restarts = value.equals("none") ? 0 : number(name, value);
        break;
      case "--rest-port":
        restPort = number(name, value);
        break;
      case "--log-level":
        logLevel = value;
        break;
      default:
        throw new IllegalArgumentException("unknown option: " + name);
    }
  }

  private void check() {
    if (module == null || journal == null || checkpoints == null) {
      throw new IllegalArgumentException("--module, --journal and --checkpoints are required");
    }
    if (!Files.isReadable(module)) {
      throw new IllegalArgumentException("no such module file: " + module);
    }
    if (out == null && !egresses.isEmpty()) {
      throw new IllegalArgumentException("--egress needs --out");
    }
  }

  private static Path absolute(String path) {
    return Paths.get(path).toAbsolutePath().normalize();
  }

  private static int number(String name, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " needs a number, not " + value);
    }
  }
}
