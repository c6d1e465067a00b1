package statefun.ts.cluster;

import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import statefun.ts.process.StdinWatcher;

/** The process in which tasks run; its arguments are Flink's: --configDir DIR. */
public final class TaskManager {

  private TaskManager() {}

  public static void main(String[] args) throws Exception {
    StdinWatcher.start(0);
    TaskManagerRunner.main(args);
  }
}
