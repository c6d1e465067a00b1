package statefun.ts.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.statefun.flink.core.StatefulFunctionsConfig;
import org.apache.flink.statefun.flink.core.StatefulFunctionsConfigValidator;
import org.apache.flink.statefun.flink.core.StatefulFunctionsJob;

/** One StateFun job on a MiniCluster of its own, from the options to the end of the job. */
final class StatefunJob {
  private final Options options;

  StatefunJob(Options options) {
    this.options = options;
  }

  /** Returns when the job was cancelled. Throws when the job failed for good. */
  void run() throws Exception {
    Path restoreFrom = options.restore ? LatestCheckpoint.under(options.checkpoints) : null;
    Files.createDirectories(options.checkpoints);
    Configuration configuration = configuration();
    StatefulFunctionsConfig statefun =
        StatefulFunctionsConfig.fromFlinkConfiguration(configuration);
    statefun.setProvider(new ModuleUniverse(options));
    StatefulFunctionsJob.main(new ClusterEnvironment(configuration, restoreFrom), statefun);
  }

  private Configuration configuration() throws IOException {
    Configuration c = new Configuration();
    c.setString("parallelism.default", String.valueOf(options.parallelism));
    c.setString("taskmanager.numberOfTaskSlots", String.valueOf(options.parallelism));
    c.setString("rest.port", String.valueOf(options.restPort));
    c.setString("rest.bind-port", String.valueOf(options.restPort));
    c.setString("rest.address", "localhost");

    // Flink would keep records for up to 100 ms to fill its network buffers.
    c.setString("execution.buffer-timeout", "2 ms");
    if (options.restarts > 0) {
      c.setString("restart-strategy", "fixed-delay");
      c.setString("restart-strategy.fixed-delay.attempts", String.valueOf(options.restarts));
      c.setString("restart-strategy.fixed-delay.delay", "200 ms");
    } else {
      c.setString("restart-strategy", "none");
    }

    c.setString("state.backend", "filesystem");
    c.setString("state.checkpoints.dir", options.checkpoints.toUri().toString());
    c.setString("execution.checkpointing.interval", options.checkpointIntervalMs + " ms");
    c.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
    c.setString(
        "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    // StateFun's feedback loop allows one checkpoint at a time.
    c.setString(
        "execution.checkpointing.max-concurrent-checkpoints",
        String.valueOf(StatefulFunctionsConfigValidator.MAX_CONCURRENT_CHECKPOINTS));
    c.setString(
        "classloader.parent-first-patterns.additional",
        String.join(";", StatefulFunctionsConfigValidator.PARENT_FIRST_CLASSLOADER_PATTERNS));
    return c;
  }
}
