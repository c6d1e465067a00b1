package statefun.ts.flink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.CheckpointListener;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.source.RichSourceFunction;

/**
 * The ingress: reads the journal as it grows. It keeps the offset after the last line it sent in
 * Flink's state, so a restored job goes on with exactly the next line.
 */
@SuppressWarnings("deprecation") // both versions of Flink have this listener
final class JournalSource extends RichSourceFunction<JournalLine>
    implements CheckpointedFunction, CheckpointListener {
  private static final long serialVersionUID = 1;
  private static final int POLL_MS = 5;

  private final String journal;
  private final boolean printCheckpoints;
  private volatile boolean running = true;
  private long offset;
  private transient ListState<Long> offsetState;

  JournalSource(Path journal, boolean printCheckpoints) {
    this.journal = journal.toString();
    this.printCheckpoints = printCheckpoints;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    offsetState =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("journal-offset", Long.class));
    for (long restored : offsetState.get()) {
      offset = restored;
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    offsetState.clear();
    offsetState.add(offset);
  }

  /** A file _metadata doesn't prove that a checkpoint is complete: Flink 1.11 writes it in place. */
  @Override
  public void notifyCheckpointComplete(long number) {
    if (printCheckpoints) {
      System.out.println("CHECKPOINT " + number);
    }
  }

  @Override
  public void run(SourceContext<JournalLine> context) throws Exception {
    Path file = Paths.get(journal);
    while (running && !Files.exists(file)) {
      Thread.sleep(POLL_MS);
    }
    if (!running) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() < offset) {
        throw new IOException("the journal is shorter than the restored offset " + offset);
      }
      tail(channel, context);
    }
  }

  private void tail(FileChannel channel, SourceContext<JournalLine> context) throws Exception {
    ByteBuffer chunk = ByteBuffer.allocate(64 * 1024);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long position = offset;
    while (running) {
      chunk.clear();
      int length = channel.read(chunk, position);
      if (length <= 0) {
        Thread.sleep(POLL_MS);
        continue;
      }
      position += length;
      for (int i = 0; i < length && running; i++) {
        byte next = chunk.get(i);
        if (next == '\n') {
          emit(line.toByteArray(), context);
          line.reset();
        } else {
          line.write(next);
        }
      }
    }
  }

  private void emit(byte[] line, SourceContext<JournalLine> context) throws IOException {
    final JournalLine parsed;
    try {
      parsed = JournalLine.parse(line);
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException("bad journal line at byte " + offset + ": " + e.getMessage());
    }
    // A checkpoint must contain both of these or neither.
    synchronized (context.getCheckpointLock()) {
      context.collect(parsed);
      offset += line.length + 1;
    }
  }

  @Override
  public void cancel() {
    running = false;
  }
}
