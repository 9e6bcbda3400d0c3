using System.Collections.Concurrent;

using Microsoft.Extensions.Options;

using TusUpload.Data.Files;
using TusUpload.Pipeline.Jobs;

namespace TusUpload.Pipeline.Steps;

/// <summary>
/// Finds files that kill whoever works on them. A run is counted in its file's row when it begins, and the count is set back when it gets any
/// further or ends in order: what stays counted are runs whose process died. Dying before the run begins counts nothing, dying during
/// it one, dying after a step is journalled one again, and after the end nothing: the end sets the count back in its own statement.
/// </summary>
internal sealed partial class FileRuns(
    FileProcessing processing, FileGroups groups, PipelineSetting setting, IOptions<JobsOptions> options, ILogger<FileRuns> logger)
{
    // For a process that is told to stop this is part of its time.
    private static readonly TimeSpan LetGoLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, bool> _notLetGo = [];

    // 1 while a suspected file is worked on: it is alone among its like.
    private int _suspects;

    /// <summary>
    /// Begins a run, one statement. Of files that processes have died with one at a time is worked on: of all that died with them, only the one that
    /// kills comes to its limit. Throws <see cref="SuspectedFileWaitsException"/> where it is another's turn; nothing was begun then.
    /// </summary>
    public async Task<FileRun> BeginAsync(Guid fileId, CancellationToken cancellationToken)
    {
        var file = await BeginAsync(fileId, options.Value.CrashesBeforeAlone, cancellationToken);
        if (file is null || file.OpenRuns < options.Value.CrashesBeforeAlone)
        {
            return new(file, false, null);
        }

        // Not here: it would hold a worker that others could have.
        if (Interlocked.CompareExchange(ref _suspects, 1, 0) != 0)
        {
            throw new SuspectedFileWaitsException();
        }

        try
        {
            LogSuspected(fileId, file.OpenRuns);
            file = await BeginAsync(fileId, options.Value.CrashLimit, cancellationToken);
            return new(file, file?.OpenRuns >= options.Value.CrashLimit, Leave);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>Begins runs of those that nobody has worked on, one statement; each is counted as one of a single file is.</summary>
    public async Task<IReadOnlyList<FileInProcess>> BeginAsync(Guid[] fileIds, CancellationToken cancellationToken)
    {
        try
        {
            return await groups.BeginAsync(fileIds, setting.Node.Id, setting.Now, cancellationToken);
        }
        catch
        {
            // Not remembered where it fails: among them may be files that processes did die with, which the statement would have left out.
            await TryLetGoAsync(fileIds, limit => groups.LetGoAsync(fileIds, setting.Node.Id, limit));
            throw;
        }
    }

    /// <summary>Says that runs which did not end their files did not die of them either. Where the database is away, the next run here says it.</summary>
    public async Task LetGoAsync(Guid[] fileIds)
    {
        if (await TryLetGoAsync(fileIds, limit => processing.LetGoAsync(fileIds, limit)))
        {
            return;
        }

        foreach (var fileId in fileIds)
        {
            _notLetGo[fileId] = true;
        }
    }

    private async Task<bool> TryLetGoAsync(Guid[] fileIds, Func<CancellationToken, Task> letGo)
    {
        using var limit = new CancellationTokenSource(LetGoLimit, setting.Time);
        try
        {
            await letGo(limit.Token);
            return true;
        }
        catch (Exception failure)
        {
            LogNotLetGo(failure, fileIds.Length, fileIds[0]);
            return false;
        }
    }

    private void Leave() => Volatile.Write(ref _suspects, 0);

    private async Task<FileInProcess?> BeginAsync(Guid fileId, int limit, CancellationToken cancellationToken)
    {
        var start = new RunStart(setting.Node.Id, limit, LetGo: _notLetGo.ContainsKey(fileId));
        var file = await processing.BeginAsync(fileId, start, setting.Now, cancellationToken);
        _notLetGo.TryRemove(fileId, out _);
        return file;
    }

    [LoggerMessage(
        EventId = 3008, Level = LogLevel.Warning,
        Message = "The last {Count} processes that worked on file {FileId} died: it is worked on again, with no other such file beside it")]
    private partial void LogSuspected(Guid fileId, int count);

    [LoggerMessage(EventId = 3009, Level = LogLevel.Debug, Message = "That the runs at {Count} files, {FileId} among them, ended in order could not be written")]
    private partial void LogNotLetGo(Exception failure, int count, Guid fileId);
}

/// <summary>A run that has begun; disposing it lets the next of its like begin.</summary>
/// <param name="File">Null: there is nothing to do.</param>
/// <param name="IsOver">Too many processes died with the file: nothing was begun.</param>
internal sealed record FileRun(FileInProcess? File, bool IsOver, Action? Leave) : IDisposable
{
    public void Dispose() => Leave?.Invoke();
}

/// <summary>Processes have died with this file, and it is the turn of another such.</summary>
internal sealed class SuspectedFileWaitsException() : Exception("Processes died with this file, and another such file is being worked on.");
