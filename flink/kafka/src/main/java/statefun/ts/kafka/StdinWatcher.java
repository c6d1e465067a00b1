package statefun.ts.kafka;

import java.io.IOException;

/** Ends the process when stdin closes, which happens when its launcher ends in any way. */
final class StdinWatcher {

  private StdinWatcher() {}

  static void start() {
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
              Runtime.getRuntime().halt(0);
            },
            "stdin-watcher");
    watcher.setDaemon(true);
    watcher.start();
  }
}
