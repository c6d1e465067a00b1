package statefun.ts.flink;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;

/** Finds the checkpoint to restore: Flink keeps them as JOB/chk-N, complete with a _metadata. */
final class LatestCheckpoint {

  private LatestCheckpoint() {}

  static Path under(Path checkpoints) throws IOException {
    for (Path metadata : newestFirst(checkpoints)) {
      if (isWhole(metadata)) {
        return metadata.getParent();
      }
    }
    throw new IOException("no complete checkpoint to restore under " + checkpoints);
  }

  private static List<Path> newestFirst(Path checkpoints) throws IOException {
    if (!Files.isDirectory(checkpoints)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(checkpoints, 3)) {
      return files
          .filter(file -> file.endsWith("_metadata"))
          .sorted(Comparator.comparingLong(LatestCheckpoint::written).reversed())
          .collect(Collectors.toList());
    }
  }

  private static long written(Path file) {
    return file.toFile().lastModified();
  }

  /** A process killed while it wrote this file can leave half of it; the file before is intact. */
  private static boolean isWhole(Path metadata) {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(metadata))) {
      Checkpoints.loadCheckpointMetadata(
          in, LatestCheckpoint.class.getClassLoader(), metadata.getParent().toString());
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
