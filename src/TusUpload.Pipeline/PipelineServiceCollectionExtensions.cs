using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;

using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using TusUpload.Data.Connections;
using TusUpload.Data.Files;
using TusUpload.Data.Outbox;
using TusUpload.Data.Signals;
using TusUpload.Pipeline.Janitors;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Metrics;
using TusUpload.Pipeline.Notifications;
using TusUpload.Pipeline.Settlement;
using TusUpload.Pipeline.Steps;
using TusUpload.Pipeline.Storage;
using TusUpload.Pipeline.Verification;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Leases;

namespace TusUpload.Pipeline;

public static class PipelineServiceCollectionExtensions
{
    /// <summary>
    /// After the last byte. Needs <c>AddData</c>, <c>AddUploads</c>, an <see cref="IUploadContent"/> and a <see cref="LocalNode"/>.
    /// Connections are needed first when the hosted services start.
    /// </summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<PipelineMeter>();
        services.AddSteps();
        services.AddStorage();
        services.AddJobs();
        services.AddNotifications();
        services.AddJanitors();
        return services;
    }

    /// <summary>The way of a file. The order of the steps is the order in which they run.</summary>
    private static void AddSteps(this IServiceCollection services)
    {
        services.AddSingleton<IUploadStep, VerifyStep>();
        services.AddSingleton<IUploadStep, StoreStep>();
        services.AddSingleton<PipelineSetting>();
        services.AddSingleton<RunningFiles>();
        services.AddSingleton<FileRuns>();
        services.AddSingleton<FilePipeline>();
        services.AddSingleton<FileGroupRun>();
        services.AddSingleton<FileEndings>();
    }

    private static void AddJobs(this IServiceCollection services)
    {
        services.AddOptions<JobsOptions>().BindConfiguration(JobsOptions.Section).ValidateOnStart()
            .PostConfigure<IOptions<DatabaseOptions>>((jobs, database) =>
                jobs.Workers ??= Math.Min(jobs.WorkerCount, JobsOptions.MostIn(ConnectionBudget.Split(database.Value.MaxConnections))));
        services.AddSingleton<IValidateOptions<JobsOptions>, JobsOptionsAnnotations>();
        services.AddSingleton<IValidateOptions<JobsOptions>, JobsOptionsRules>();

        // Registered before Hangfire's own, which are static and so one for all hosts of a process.
        services.AddSingleton<JobDatabase>();
        services.AddSingleton<SharedQueue>();
        services.AddSingleton(provider => JobStorageSetup.Create(
            provider.GetRequiredService<JobDatabase>(),
            provider.GetRequiredService<SharedQueue>(),
            provider.GetRequiredService<IOptions<JobsOptions>>().Value));
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<IJobFilterProvider>(provider => new JobFilterCollection
        {
            new Retries(provider.GetRequiredService<IOptions<JobsOptions>>()),
            new StatisticsHistoryAttribute(),
        });
        services.AddHangfire((provider, hangfire) => hangfire.UseLogProvider(new JobLogs(provider.GetRequiredService<ILoggerFactory>())));

        services.AddSingleton<IngestJob>();
        services.AddSingleton<JobQueue>();
        services.AddSingleton<JobTables>();
        services.AddSingleton<JobServer>();
        services.AddSingleton<LostFiles>();
        services.AddSingleton<JobSweep>();
        services.AddSingleton<DeletionSweep>();
        services.AddSingleton(provider => new JobsHealth(provider.GetRequiredService<JobTables>()));
        services.AddSingleton(provider => new FileReplay(
            provider.GetRequiredService<FileProcessing>(), provider.GetRequiredService<WaitingFiles>(), provider.GetRequiredService<JobQueue>(),
            provider.GetRequiredService<TimeProvider>()));

        services.AddHostedService<JobStorageSetup>();
        services.AddHostedService<JobDispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<JobSweep>());
        services.AddHostedService(provider => provider.GetRequiredService<DeletionSweep>());
        services.AddHostedService(provider => provider.GetRequiredService<JobServer>());
    }

    private static void AddJanitors(this IServiceCollection services)
    {
        services.AddOptions<JanitorOptions>().BindConfiguration(JanitorOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<JanitorOptions>, JanitorOptionsAnnotations>();
        services.AddOptions<TrashOptions>().BindConfiguration(TrashOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TrashOptions>, TrashOptionsAnnotations>();
        services.AddSingleton<IJanitor, NodeJanitor>();
        services.AddSingleton<IJanitor, TrashJanitor>();
        services.AddSingleton<IJanitor, ReservationJanitor>();
        services.AddSingleton<IJanitor, UsageJanitor>();
        services.AddSingleton<IJanitor, ContentJanitor>();
        services.AddSingleton<IJanitor, ObjectJanitor>();
        services.AddSingleton<IJanitor, AuditJanitor>();
        services.AddSingleton<IJanitor, IdempotencyJanitor>();
        services.AddSingleton<JanitorEdge>();
        services.AddSingleton<JanitorTurns>();
        services.AddHostedService(provider => provider.GetRequiredService<JanitorTurns>());
    }

    private static void AddNotifications(this IServiceCollection services)
    {
        services.AddOptions<NotificationOptions>().BindConfiguration(NotificationOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<NotificationOptions>, NotificationOptionsAnnotations>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<FeedHub>();
        services.AddSingleton(provider => new EventFeed(
            provider.GetRequiredKeyedService<OutboxFeed>(Pools.Api),
            provider.GetRequiredService<FeedHub>(),
            provider.GetRequiredService<IOptions<NotificationOptions>>()));
        services.AddSingleton(provider => new DatabaseSignal(OutboxFeed.Channel, _ => provider.GetRequiredService<FeedHub>().Wakeup.Call()));
        services.AddSingleton(provider => new DatabaseSignal(WaitingFiles.Channel, _ => provider.GetRequiredService<SharedQueue>().Wake()));
        services.AddSingleton<OutboxDispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxDispatcher>());
        services.AddSingleton<FeedReader>();
        services.AddHostedService(provider => provider.GetRequiredService<FeedReader>());
        services.AddSingleton<ProgressTicker>();
        services.AddHostedService(provider => provider.GetRequiredService<ProgressTicker>());
        services.AddSingleton<OutboxTrim>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxTrim>());
    }
}
