package statefun.ts.process;

import java.io.IOException;

/** Ends the process when stdin closes, which happens when its launcher ends in any way. */
public final class StdinWatcher {

  private StdinWatcher() {}

  /** Begins to watch. The process then ends with this exit status. */
  public static void start(int exitStatus) {
    Thread watcher =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // the bytes have no meaning
                }
              } catch (IOException closed) {
                // the same as the end of the stream
              }
              Runtime.getRuntime().halt(exitStatus);
            },
            "stdin-watcher");
    watcher.setDaemon(true);
    watcher.start();
  }
}
