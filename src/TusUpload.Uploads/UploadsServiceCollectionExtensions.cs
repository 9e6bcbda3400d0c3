using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Data.Nodes;
using TusUpload.Data.Sessions;
using TusUpload.Data.Signals;
using TusUpload.Protocol;
using TusUpload.Protocol.Capabilities;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Capabilities;
using TusUpload.Uploads.Completion;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Content.Postgres;
using TusUpload.Uploads.Content.S3;
using TusUpload.Uploads.Expiry;
using TusUpload.Uploads.Leases;
using TusUpload.Uploads.Progress;
using TusUpload.Uploads.Rules;
using TusUpload.Uploads.Sessions;

namespace TusUpload.Uploads;

public static class UploadsServiceCollectionExtensions
{
    /// <summary>From the first POST to the last byte.</summary>
    public static IServiceCollection AddUploads(this IServiceCollection services)
    {
        services.AddClock();
        services.AddOptions<DataOptions>().BindConfiguration(DataOptions.Section).ValidateOnStart();

        // Before anything writes to a database that may be the wrong one.
        services.AddSingleton<StoreName>();
        services.AddHostedService<ContentFolderGuard>();

        // Leases first, so that they end last: the heartbeat goes when the last offset has been committed.
        return services.AddLeases().AddSessions().AddContent().AddAdmission().AddRules().AddExpiry().AddProgress();
    }

    // Whoever asks what time it is asks the database, unless somebody chose a clock of his own.
    private static void AddClock(this IServiceCollection services)
    {
        foreach (var clock in services.Where(service => service.ServiceType == typeof(TimeProvider)).ToArray())
        {
            if (clock.ImplementationInstance == TimeProvider.System)
            {
                services.Remove(clock);
            }
        }

        services.TryAddSingleton<TimeProvider>(provider => provider.GetRequiredService<DatabaseClock>());
    }

    private static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddOptions<SessionOptions>().BindConfiguration(SessionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SessionOptions>, SessionOptionsAnnotations>();
        services.AddSingleton<UploadCreation>();
        services.AddSingleton<UploadAdoption>();
        services.AddSingleton<UploadConcatenation>();
        services.AddSingleton<UploadConcatenationServices>();
        services.AddSingleton<UploadBeginnings>();
        services.AddSingleton<UploadJoins>();
        services.AddSingleton<WholeUpload>();
        services.AddSingleton<UploadBeginning>();
        services.AddSingleton<SessionAdmission>();
        services.AddSingleton(provider => new UploadCheck(
            provider.GetRequiredService<UploadRequests>(),
            provider.GetRequiredService<SessionCreation>(),
            provider.GetRequiredService<SessionAdmission>(),
            provider.GetRequiredService<IOptions<TusOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<UploadAppend>();
        services.AddSingleton<UploadAppendServices>();
        services.AddSingleton<UploadReceive>();
        services.AddSingleton<UploadReceiveServices>();
        services.AddSingleton<SpanWriterServices>();
        services.AddSingleton<UploadReads>();
        services.AddSingleton<UploadLength>();
        services.AddSingleton<UploadLengthServices>();
        services.AddSingleton<UploadTermination>();
        services.AddSingleton<UploadEndings>();
        services.AddSingleton<UploadInspection>();
        services.AddSingleton<UploadLimits>();
        services.AddSingleton<UploadLog>();
        services.AddSingleton<RunningDigests>();
        services.AddSingleton<Checkpoints>();
        services.AddHostedService(provider => provider.GetRequiredService<Checkpoints>());
        services.AddSingleton<ITusStore, UploadStore>();
        services.AddSingleton(provider => (ITusTerminationStore)provider.GetRequiredService<ITusStore>());
        return services;
    }

    private static IServiceCollection AddLeases(this IServiceCollection services)
    {
        services.AddOptions<LeaseOptions>().BindConfiguration(LeaseOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LeaseOptions>, LeaseOptionsRules>();
        services.AddSingleton<Writers>();
        services.AddSingleton<TakeOvers>();
        services.AddSingleton<NodeLife>();
        services.AddSingleton<NodeHeartbeatServices>();
        services.AddHostedService<NodeHeartbeat>();
        services.AddSingleton<LeaseAnswersServices>();
        services.AddSingleton<LeaseAnswers>();
        services.AddHostedService(provider => provider.GetRequiredService<LeaseAnswers>());
        services.AddSingleton(provider => new DatabaseSignal(
            LeaseRequests.ChannelOf(provider.GetRequiredService<LocalNode>().Id), _ => provider.GetRequiredService<LeaseAnswers>().Wake()));
        return services;
    }

    private static IServiceCollection AddContent(this IServiceCollection services)
    {
        services.AddOptions<ContentOptions>().BindConfiguration(ContentOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ContentOptions>, ContentOptionsAnnotations>();
        services.AddSingleton<IValidateOptions<ContentOptions>, ContentOptionsRules>();
        services.AddSingleton<ContentFolder>();
        services.AddSingleton(NodeOf);
        services.AddKeyedSingleton<IUploadContent, DiskContent>(ContentOptions.Disk);
        services.AddS3Content();
        services.AddKeyedSingleton<IUploadContent, PostgresContent>(ContentOptions.Postgres);
        services.AddSingleton(provider =>
            provider.GetRequiredKeyedService<IUploadContent>(provider.GetRequiredService<IOptions<ContentOptions>>().Value.Kind));
        return services;
    }

    private static void AddS3Content(this IServiceCollection services)
    {
        services.AddOptions<S3ContentOptions>().BindConfiguration(S3ContentOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<S3ContentOptions>, S3ContentOptionsAnnotations>();
        services.AddSingleton<IValidateOptions<S3ContentOptions>, S3ContentOptionsRules>();
        services.AddSingleton<S3StagingSetting>();
        services.AddSingleton<S3Staging>();
        services.AddSingleton<S3Completion>();
        services.AddSingleton<S3Sweep>();
        services.AddKeyedSingleton<IUploadContent, S3Content>(ContentOptions.S3);
        services.AddHostedService<S3Start>();
    }

    // The folder names the node whose disk it is on; otherwise every process is a node of its own.
    private static LocalNode NodeOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<ContentOptions>>().Value.IsEverywhere
        ? new(Guid.CreateVersion7())
        : provider.GetRequiredService<ContentFolder>().Node;

    private static IServiceCollection AddAdmission(this IServiceCollection services)
    {
        services.AddOptions<AdmissionOptions>().BindConfiguration(AdmissionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AdmissionOptions>, AdmissionOptionsAnnotations>();
        services.AddSingleton<IValidateOptions<AdmissionOptions>, AdmissionOptionsRules>();
        services.AddSingleton<CallerDirectory>();
        services.AddSingleton<UploadPlaces>();
        services.AddSingleton<UploadFolders>();
        services.AddSingleton<UploadRequests>();
        services.AddSingleton<UploadTokens>();
        services.AddSingleton<IUploadTokens>(provider => provider.GetRequiredService<UploadTokens>());
        services.AddHostedService(provider => provider.GetRequiredService<UploadTokens>());
        return services;
    }

    private static IServiceCollection AddRules(this IServiceCollection services)
    {
        services.AddOptions<ContentRulesOptions>().BindConfiguration(ContentRulesOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ContentRulesOptions>, ContentRulesOptionsAnnotations>();
        services.AddSingleton<IValidateOptions<ContentRulesOptions>, ContentRulesOptionsRules>();
        services.AddSingleton<NameRules>();
        services.AddSingleton<RuleBook>();
        return services;
    }

    private static IServiceCollection AddExpiry(this IServiceCollection services)
    {
        services.AddOptions<ExpiryOptions>().BindConfiguration(ExpiryOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ExpiryOptions>, ExpiryOptionsRules>();
        services.AddSingleton<ExpiredUploads>();
        services.AddSingleton<ExpirySweep>();
        services.AddHostedService<ExpirySweepService>();
        services.AddOptions<BatchOptions>().BindConfiguration(BatchOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BatchOptions>, BatchOptionsRules>();
        services.AddSingleton<BatchSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<BatchSweep>());
        return services;
    }

    private static IServiceCollection AddProgress(this IServiceCollection services)
    {
        services.AddSingleton<CompletedUploads>();
        services.AddSingleton<LiveUploads>();
        return services;
    }
}
