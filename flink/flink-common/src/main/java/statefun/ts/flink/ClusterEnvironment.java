package statefun.ts.flink;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * Runs the job on a MiniCluster of our own. Flink's local environment hides its cluster, and only
 * the cluster knows when all tasks run and why a job failed.
 */
final class ClusterEnvironment extends StreamExecutionEnvironment {
  private static final long POLL_MS = 20;

  private final Configuration configuration;
  private final Path restoreFrom;

  ClusterEnvironment(Configuration configuration, Path restoreFrom) {
    super(configuration);
    this.configuration = configuration;
    this.restoreFrom = restoreFrom;
  }

  @Override
  public JobExecutionResult execute(StreamGraph graph) throws Exception {
    JobGraph job = graph.getJobGraph();
    if (restoreFrom != null) {
      // State in the checkpoint that the module no longer declares is an error, as on a cluster.
      job.setSavepointRestoreSettings(
          SavepointRestoreSettings.forPath(restoreFrom.toUri().toString(), false));
    }
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(getParallelism())
                .build());
    cluster.start();
    JobID id = cluster.submitJob(job).get().getJobID();
    Thread hook = new Thread(() -> cancel(cluster, id), "cancel");
    Runtime.getRuntime().addShutdownHook(hook);
    System.out.println("JOB " + id);
    CompletableFuture<JobResult> result = cluster.requestJobResult(id);
    if (allTasksRun(cluster, id, result)) {
      System.out.println("READY");
    }
    JobResult ended = result.get();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyShuttingDown) {
      // The shutdown hook ended the job; the virtual machine is about to end by itself.
      Thread.sleep(Long.MAX_VALUE);
    }
    // Throws, with the cause, when the job failed.
    return ended.toJobExecutionResult(getClass().getClassLoader());
  }

  private static boolean allTasksRun(
      MiniCluster cluster, JobID id, CompletableFuture<JobResult> result) throws Exception {
    while (!result.isDone()) {
      boolean all = true;
      AccessExecutionGraph graph = cluster.getExecutionGraph(id).get();
      for (AccessExecutionVertex vertex : graph.getAllExecutionVertices()) {
        all &= vertex.getExecutionState() == ExecutionState.RUNNING;
      }
      if (all) {
        return true;
      }
      Thread.sleep(POLL_MS);
    }
    return false;
  }

  /** Cancels the job when the process is asked to end, and keeps its checkpoints. */
  private static void cancel(MiniCluster cluster, JobID id) {
    try {
      cluster.cancelJob(id).get(5, TimeUnit.SECONDS);
      cluster.requestJobResult(id).get(5, TimeUnit.SECONDS);
    } catch (Exception e) {
      System.err.println("the job did not end in order: " + e);
    }
  }
}
