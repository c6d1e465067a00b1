package statefun.ts.kafka;

import java.io.IOException;

/** Ends the process when its launcher is gone, however that has ended: stdin closes then. */
final class StdinWatcher {

  private StdinWatcher() {}

  static void start() {
    Thread watcher =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // whatever is written there has no meaning
                }
              } catch (IOException closed) {
                // the same as the end of the stream
              }
              Runtime.getRuntime().halt(0);
            },
            "stdin-watcher");
    watcher.setDaemon(true);
    watcher.start();
  }
}
