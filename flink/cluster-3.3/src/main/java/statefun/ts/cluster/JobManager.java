package statefun.ts.cluster;

import java.nio.file.Paths;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.rest.messages.job.JobDetailsInfo;
import org.apache.flink.statefun.flink.core.StatefulFunctionsConfig;
import org.apache.flink.statefun.flink.core.StatefulFunctionsJob;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import statefun.ts.process.StdinWatcher;

/**
 * A Flink cluster's master with one StateFun job. Prints JOB with the job's id, and a line STATUS
 * whenever the job's status changes. The status is RUNNING only when every task runs.
 */
public final class JobManager {
  private static final long POLL_MS = 50;

  private JobManager() {}

  /** The arguments are the folder of flink-conf.yaml and the module file. */
  public static void main(String[] args) throws Exception {
    StdinWatcher.start(0);
    Configuration configuration = GlobalConfiguration.loadConfiguration(args[0]);
    new StandaloneSessionClusterEntrypoint(configuration).startCluster();
    StatefulFunctionsConfig statefun =
        StatefulFunctionsConfig.fromFlinkConfiguration(configuration);
    statefun.setProvider(new ModuleUniverse());
    statefun.setRemoteModuleName(Paths.get(args[1]).toUri().toString());
    StatefulFunctionsJob.main(new RestEnvironment(configuration), statefun);
  }

  /** Sends the job to the cluster as a client does. */
  private static final class RestEnvironment extends StreamExecutionEnvironment {
    private final Configuration configuration;

    RestEnvironment(Configuration configuration) {
      super(configuration);
      this.configuration = configuration;
    }

    @Override
    public JobExecutionResult execute(StreamGraph graph) throws Exception {
      JobGraph job = graph.getJobGraph();
      try (RestClusterClient<StandaloneClusterId> client =
          new RestClusterClient<>(configuration, StandaloneClusterId.getInstance())) {
        JobID id = client.submitJob(job).get();
        System.out.println("JOB " + id);
        watch(client, id);
      }
      return null;
    }

    private static void watch(RestClusterClient<?> client, JobID id) throws Exception {
      JobStatus told = null;
      while (told == null || !told.isGloballyTerminalState()) {
        JobDetailsInfo details = client.getJobDetails(id).get();
        JobStatus status = details.getJobStatus();
        if (status != told && (status != JobStatus.RUNNING || allTasksRun(details))) {
          System.out.println("STATUS " + status);
          told = status;
        }
        Thread.sleep(POLL_MS);
      }
    }

    private static boolean allTasksRun(JobDetailsInfo details) {
      return details.getJobVertexInfos().stream()
          .allMatch(vertex -> vertex.getExecutionState() == ExecutionState.RUNNING);
    }
  }
}
